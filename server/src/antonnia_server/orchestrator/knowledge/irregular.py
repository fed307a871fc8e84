"""English forms that share too few letters with their word for a search to see that they are it."""

from __future__ import annotations

_FORMS = """
be am are been being is was were
become became
begin began begun
blow blew blown
break broke broken breaking
bring brought
build built
buy bought
catch caught
child children
choose chose chosen choosing
come came coming
do did does doing done
draw drawn drew
drink drank drunk
drive driven drove driving
eat ate eaten
fall fallen fell
feel felt
find found
fly flew flight flown
foot feet
forget forgot forgotten
freeze freezing froze frozen
get gets getting got gotten
give gave given giving
go goes going gone went
grow grew grown
have had has having
hear heard
hide hid hidden
hold held
keep kept
know knew known
leave leaving left
lend lent
life lives
lose losing lost
make made making
man men
mean meant
meet met
mouse mice
pay paid
person people
ride ridden rode
ring rang rung
rise risen rose
run ran running
say said
see saw seen
sell sold
send sent
shake shaken shook
shoot shot
show shown
sing sang sung
sit sat
sleep slept
speak spoke spoken
spend spent
stand stood
steal stole stolen
swim swam swum
take taken taking took
teach taught
tear tore torn
tell told
think thought
throw threw thrown
tooth teeth
understand understood
wake woke woken
wear wore worn
win won
withdraw withdrawal withdrawing withdrawn withdrew
woman women
write writing written wrote
"""

# The form that stands for all of them.
WORD_OF = {
    form: line.split()[0] for line in _FORMS.strip().splitlines() for form in line.split()[1:]
}
