"""Words that say nothing about what is asked, in the languages most of our contacts write.

Folded as `words.fold` does it, and divided at apostrophes: "don't" is `don` and `t`. Besides
grammar they hold what people say around a question: greetings, thanks, "I would like to know". A
word that means something in another language here stays out, so German `war` is missing.
"""

from __future__ import annotations

_ENGLISH = """
a about actually after all also am an and any anybody anyone anything are aren as ask at be because
been before being but by can cannot could couldn d did didn do does doesn doing don else ever every
few for from get getting give go goes going got had hadn happen happens happened has hasn have haven
having he her here hers him his how however i if in into is isn it its just kind know let like ll m
make many maybe me might mine more most much must my myself near need needed no not now of off on
once one only or other our out over own possible question re really s same say see shall she should
so some somebody someone something still such sure t take tell than that the their them then there
these they thing things think this those through to too try trying under until up us use using ve
very wanna want wanted was wasn we were weren what whatever when where whether which while who whom
whose why will wish with won wonder wondering would wouldn wrong yes yet you your yours
afternoon assist assistance dear evening good great hello help hey hi kindly morning ok okay please
sorry thank thanks understand
"""

_PORTUGUESE = """
ao aos aquela aquele aquilo as ate com como da das de dela dele depois do dos e ela ele eles em
entao era essa esse esta estao estar estou eu faco favor fazer foi for gostaria ha isso isto ja la
lhe mais mas me mesmo meu meus minha minhas muito na nao nas nem no nos nossa nosso nossas nossos o
obrigada obrigado oi ola onde os ou para pela pelas pelo pelos pode podem poderia podia por porque
posso precisa preciso pra qual quais quando quanto quanta quantos que quem quer quero queria saber
se sem ser seu seus sim sobre sua suas tambem te tem tenho ter teu tudo tu um uma uns umas voce
voces ajuda ajudar bom boa dia noite tarde
"""

_SPANISH = """
al algo alguien aqui asi buenas buenos con cual cuales cuando cuanta cuanto cuantos del desde donde
el ella ellas ellos en entre es ese eso esto estoy favor fue gracias gustaria hace hacer hasta hay
hola la las le les lo los mi mis muy nada necesito nosotros nuestra nuestro otra otro para pero
porque puede pueden puedo que quien quiero quisiera saber se si sin sobre son soy su sus tambien
tengo tiene tienen tu un una unas unos y ya yo ayuda ayudar dias noches tardes usted ustedes
"""

_FRENCH = """
ai aide au aux avec avez avoir bonjour bonsoir c ce ces cet cette comment d dans des du elle elles
en est et etes etre faire faut il ils j je l le leur leurs ma mais merci mes moi mon n ne nos notre
nous ou par pas peut peux plait pour pourquoi pouvez pouvoir puis qu quand que quel quelle quelles
quels qui quoi sa sans ses si son sont suis sur ta te tes ton tu un une vos votre voudrais vous veux
"""

_GERMAN = """
aber als am an auch auf aus bei bin bis bitte brauche da danke das dass dem den der des die dies
diese dieser dir du ein eine einem einen einer er es etwas fur gibt gruss guten habe haben hallo hat
ich ihr ihre im in ist ja kann kannst konnen konnte machen man mein meine meinen mich mir mit mochte
muss nach nicht noch nur oder ohne sehr sein sich sie sind tag uber um und uns unser vom von vor
wann warum was wenn wer werden wie wir wird wo wurde zu zum zur hilfe helfen
"""

STOP_WORDS = frozenset(
    word
    for language in (_ENGLISH, _PORTUGUESE, _SPANISH, _FRENCH, _GERMAN)
    for word in language.split()
)

# "How", "why" and "not" do tell questions apart, but less than what is asked about.
STOP_WORD_WEIGHT = 0.4

_SMALL_TALK = """
afternoon bye cheers day dear evening good goodbye great hello hey hi kindly later lot lots me
morning much nice night ok okay please see so thank thanks there thx ty u very welcome well you
a alright and for help i is it lovely need that your all everyone
oi ola bom boa dia noite tarde obrigada obrigado tchau muito
hola buenos buenas dias tardes noches gracias adios muchas
bonjour bonsoir salut merci beaucoup revoir au
hallo guten tag danke schon tschuss morgen abend
"""

# What is said around a question, and is none by itself.
SMALL_TALK = frozenset(_SMALL_TALK.split())


def weight_of(word: str) -> float:
    """What a word says by itself, without a base to be rare in."""
    return STOP_WORD_WEIGHT if word in STOP_WORDS else 1.0
