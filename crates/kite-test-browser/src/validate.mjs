// Reads a document from standard input and prints what HTML does not allow in it.
import { text } from "node:stream/consumers";
import { HtmlValidate } from "html-validate";

const validator = new HtmlValidate({ root: true, extends: ["html-validate:standard"] });
const report = await validator.validateString(await text(process.stdin));
const messages = report.results.flatMap((result) => result.messages);
console.log(JSON.stringify(messages.map(({ line, column, ruleId, message }) => ({ line, column, rule: ruleId, message }))));
