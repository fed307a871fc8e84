// Reads deliveries from standard input, and says of each what the library verified, or why not.
import { Webhook } from "standardwebhooks";

let input = "";
for await (const piece of process.stdin) input += piece;
const verdicts = JSON.parse(input).map(({ secret, headers, body }) => {
  try {
    return { id: new Webhook(secret).verify(body, headers).id };
  } catch (error) {
    return { error: error.message };
  }
});
console.log(JSON.stringify(verdicts));
