// Sends requests by a client of openapi-generator for TypeScript.
import * as client from "./client";

declare function require(name: string): any;
declare const process: { argv: string[]; exit(code: number): void };

const files = require("fs");
const [address, result] = process.argv.slice(2);
const configuration = new client.Configuration({ basePath: address });
const known: Record<string, any> = client;
const camel = (name: string): string => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
const lower = (name: string): string => name[0].toLowerCase() + name.slice(1);

async function ask(call: any): Promise<unknown> {
  const method = camel(call.operation);
  const api = Object.values(known).find((one) => typeof one === "function" && method in (one.prototype ?? {}));
  const body = known[`${call.schema}FromJSON`](call.body);
  const answer = await new api(configuration)[method]({ ...call.path, [lower(call.schema)]: body });
  return known[`${call.answer}ToJSON`](answer);
}

async function main(): Promise<void> {
  const answers: unknown[] = [];
  for (const call of JSON.parse(files.readFileSync(0, "utf-8"))) answers.push(await ask(call));
  files.writeFileSync(result, JSON.stringify(answers));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
