import { beforeAll, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { register } from '../support/actors.js';
import { Child } from '../support/child-process.js';
import { type CarillonProcess, startCarillon } from '../support/carillon-process.js';
import { within } from '../support/eventually.js';

const root = path.resolve(import.meta.dirname, '../..');
const readme = path.join(root, 'README.md');
const text = existsSync(readme) ? readFileSync(readme, 'utf8') : '';

const MARKED = /<!-- example:(\w+) -->\s*```(\w+)\n([^]*?)\n```/g;
/** What a block says of its own output: the rest of the line, as a part of what is printed. */
const PRINTS = /(?:\/\/|#) prints: (.+)$/gm;

const examples = [...text.matchAll(MARKED)].map(([, name = '', language = '', code = '']) => ({
  name,
  language,
  code,
  prints: [...code.matchAll(PRINTS)].map(([, line = '']) => line.trim()),
}));

let server: CarillonProcess;

beforeAll(async () => {
  server = await startCarillon({ env: { DEMO: 'true' } });
});

test('the README has the three examples, and each says what it prints', () => {
  expect(examples.map(({ name }) => name).toSorted()).toEqual(['rest', 'sdk', 'socketio']);
  for (const { prints } of examples) expect(prints.length).toBeGreaterThan(0);
});

test.each(['socketio', 'rest', 'sdk'])('the example %s runs as it is written', async (name) => {
  const example = examples.find((it) => it.name === name);
  if (!example) throw new Error(`The README has no example:${name}.`);
  const child = run(example.language, example.code);
  const exit = await within(`the example ${name} ends`, 20_000, child.exited);
  const printed = child.lines.join('\n');
  expect({ printed, exit }).toEqual({ printed, exit: { code: 0, signal: null } });
  for (const line of example.prints) expect(printed).toContain(line);
});

/** From the project's folder, where the packages that an example imports are found. */
function run(language: string, code: string): Child {
  const [command, ...args] =
    language === 'js'
      ? [process.execPath, '--input-type=module', '--eval', code]
      : ['sh', '-euc', code];
  const env = { ...process.env, CARILLON_URL: server.url, ADMIN_KEY: server.adminKey };
  const child = new Child(`example in ${language}`, command, args, { cwd: root, env });
  register({ name: child.name, end: () => child.stop(2_000) });
  return child;
}
