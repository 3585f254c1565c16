import { randomUUID } from 'node:crypto';
import { command } from './command.js';
import { adminOption, deploymentOptions } from './deployment/deployment-options.js';
import { deploymentOf } from './deployment/deployment.js';
import { rest } from './deployment/rest.js';
import { EXIT } from './exit-code.js';
import type { Given } from './options/option.js';
import { dataOf, oneOf } from './options/values.js';
import { PRIORITIES } from './priorities.js';
import { Unable } from './unable.js';

const options = {
  url: deploymentOptions.url,
  ...adminOption,
  everyone: { help: 'to everybody who is connected, or comes back in time' },
  channels: { takes: 'NAMES', many: true, help: 'to the subscribers of these channels' },
  users: { takes: 'IDS', many: true, help: 'to these users' },
  tags: { takes: 'TAGS', many: true, help: 'to users who have any of these tags' },
  except: { takes: 'IDS', many: true, help: 'but not to these users' },
  priority: { takes: 'WORD', help: `${PRIORITIES.join(', ')}; by default that of the namespace` },
  id: { takes: 'ID', help: 'the same id goes out once: repeat a command safely' },
  together: { help: 'everybody shows it at the same moment' },
  json: { help: 'print the answer as JSON' },
} as const;

export const broadcast = command({
  name: 'broadcast',
  summary: 'send an administrator’s message to an audience',
  takes: '<data>',
  description: [
    'Broadcasts by REST. <data> is JSON; what is none is sent as { "text": <data> }. Name exactly one',
    'audience: --everyone, --channels, --users or --tags.',
  ],
  options,
  examples: [
    'carillon broadcast --everyone "We restart at nine" --priority high',
    'carillon broadcast --tags staff --except ann \'{"kind":"alarm","door":4}\'',
  ],
  async run(given, words, { terminal }) {
    const [text, ...others] = words;
    if (text === undefined || others.length > 0) {
      throw new Unable('Say what to broadcast, in quotes.', [
        'carillon broadcast --everyone "hello"',
      ]);
    }
    const key = given['admin-key'];
    if (key === undefined) {
      throw new Unable('There is no key to broadcast with.', [
        'give --admin-key or CARILLON_ADMIN_KEY; npm start prints one',
      ]);
    }
    const said = dataOf(text);
    const body = {
      audience: audienceOf(given),
      data: typeof said === 'string' ? { text: said } : said,
      // Named here, so that a repeat after a lost answer goes out once.
      id: given.id ?? randomUUID(),
      ...(given.priority === undefined
        ? {}
        : { priority: oneOf('--priority', given.priority, PRIORITIES) }),
      ...(given.together ? { releaseAt: 'together' } : {}),
    };
    const { urls } = deploymentOf({
      url: given.url,
      ...{ token: '', secret: undefined, issuer: undefined, audience: undefined },
    });
    const answer = await rest(urls, { method: 'POST', path: '/v1/broadcasts', key, body });
    const copies = Number(answer['copies']);
    terminal.print(
      given.json
        ? JSON.stringify(answer)
        : `Broadcast ${String(answer['id'])}: ${String(answer['status'])}, ${copies} ${copies === 1 ? 'copy' : 'copies'}`,
    );
    return EXIT.ok;
  },
});

function audienceOf({ everyone, channels, users, tags, except }: Given<typeof options>) {
  const audiences = [
    ...(everyone ? [{ everyone: true }] : []),
    ...(channels.length > 0 ? [{ channels }] : []),
    ...(users.length > 0 ? [{ users }] : []),
    ...(tags.length > 0 ? [{ tags }] : []),
  ];
  const [audience, ...others] = audiences;
  if (audience === undefined || others.length > 0) {
    throw new Unable('Name exactly one audience.', [
      '--everyone, --channels, --users or --tags, and perhaps --except',
    ]);
  }
  return { ...audience, ...(except.length > 0 ? { except: { users: except } } : {}) };
}
