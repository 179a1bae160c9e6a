// Reads tasks as JSON from standard input, writes the answers of the official AsyncAPI parser and of ajv, which comes
// with it. EVENT_TEST_NODE names the directory with their node_modules.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(process.env.EVENT_TEST_NODE + '/');
const Ajv = require('ajv').default;
const formats = require('ajv-formats').default;
const { Parser } = require('@asyncapi/parser');

// The keys that begin with `x-` are ours; everything else that ajv does not know is an error.
function compile(schema) {
  const ajv = new Ajv({ strict: true, strictTypes: false, strictTuple: false, strictRequired: false, allErrors: true });
  formats(ajv);
  const names = new Set();
  JSON.stringify(schema, (key, value) => (key.startsWith('x-') && names.add(key), value));
  names.forEach((name) => ajv.addKeyword(name));
  return ajv.compile(schema);
}

// With a format of its own, a schema is one level down.
const plain = (schema) => (schema?.schemaFormat ? schema.schema : schema);

const say = (errors) => errors.map((e) => `${e.instancePath} ${e.message}`).join('; ');

function schema({ schema, documents }) {
  try {
    const validate = compile(schema);
    return documents.map((document) => (validate(document) ? null : say(validate.errors)));
  } catch (error) {
    return `not a schema: ${error.message}`;
  }
}

// The parser does not look at examples (in version 3): each must be as the schemas of its message say.
async function asyncapi({ text }) {
  const { document, diagnostics } = await new Parser().parse(text);
  const levels = ['error', 'warning', 'info', 'hint'];
  const found = diagnostics.map((d) => ({ level: levels[d.severity], text: `${d.code} ${d.path.join('/')}: ${d.message}` }));
  if (!document) return { found };
  let examples = 0;
  for (const message of document.allMessages()) {
    const parts = { payload: plain(message.payload()?.json()), headers: plain(message.headers()?.json()) };
    for (const example of message.examples()) {
      const values = { payload: example.payload(), headers: example.headers() };
      for (const [part, schema] of Object.entries(parts)) {
        if (schema === undefined || values[part] === undefined) continue;
        examples += 1;
        const clean = JSON.parse(JSON.stringify(schema, (key, value) => (key.startsWith('x-parser-') ? undefined : value)));
        delete clean.$id;
        const validate = compile(clean);
        if (!validate(values[part])) {
          found.push({ level: 'error', text: `example of ${message.id()}, ${part}: ${say(validate.errors)}` });
        }
      }
    }
  }
  return {
    found,
    version: document.version(),
    channels: document.channels().length,
    operations: document.operations().length,
    messages: document.messages().length,
    examples,
  };
}

const tasks = JSON.parse(readFileSync(0, 'utf8'));
const answers = [];
for (const task of tasks) answers.push(await { schema, asyncapi }[task.do](task));
process.stdout.write(JSON.stringify(answers));
