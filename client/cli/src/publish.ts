import { CarillonError, createCarillon } from '@carillon/sdk';
import { command } from './command.js';
import { refusedBy } from './deployment/advice.js';
import { adminOption, deploymentOptions } from './deployment/deployment-options.js';
import { deploymentOf } from './deployment/deployment.js';
import { rest } from './deployment/rest.js';
import { EXIT } from './exit-code.js';
import { dataOf, oneOf, secondsOf } from './options/values.js';
import { PRIORITIES } from './priorities.js';
import { textOf } from './terminal/table.js';
import { Unable } from './unable.js';

/** How long a publish may be tried before the person is told, in milliseconds. */
const PATIENCE_MS = 15_000;

export const publish = command({
  name: 'publish',
  summary: 'publish one message to a channel',
  takes: '<channel> <data>',
  description: [
    'Publishes once and prints the place that the message got. <data> is JSON; what is none is sent',
    'as a text. With --admin-key it goes by REST, otherwise by Socket.IO as a user.',
  ],
  options: {
    ...deploymentOptions,
    ...adminOption,
    id: { takes: 'ID', help: 'the same id is stored once: repeat a command safely' },
    priority: { takes: 'WORD', help: `${PRIORITIES.join(', ')}; by default that of the namespace` },
    ttl: { takes: 'TIME', help: 'how long it is worth delivering: 30s, 5m' },
    json: { help: 'print the answer as JSON' },
  },
  examples: [
    'carillon publish chat:lobby \'{"kind":"text","text":"hello"}\'',
    'carillon publish news:today "We open at nine" --priority high --admin-key "$ADMIN_KEY"',
  ],
  async run(given, words, { terminal }) {
    const [channel, text, ...others] = words;
    if (channel === undefined || text === undefined || others.length > 0) {
      throw new Unable('Name a channel and what to publish, in quotes.', [
        'carillon publish chat:lobby "hello"',
      ]);
    }
    const deployment = deploymentOf(given);
    const { id, ttl } = given;
    const options = {
      ...(id === undefined ? {} : { id }),
      ...(given.priority === undefined
        ? {}
        : { priority: oneOf('--priority', given.priority, PRIORITIES) }),
      ...(ttl === undefined
        ? {}
        : { ttlMs: 1_000 * secondsOf('--ttl', ttl, { least: 0.001, most: 31_536_000 }) }),
    };
    const data = dataOf(text);
    const key = given['admin-key'];
    const receipt =
      key === undefined
        ? await bySocket(channel, data, options)
        : await rest(deployment.urls, {
            method: 'POST',
            path: `/v1/channels/${encodeURIComponent(channel)}/messages`,
            key,
            body: { data, ...options },
          });
    if (given.json) terminal.print(JSON.stringify(receipt));
    else terminal.print(sentenceOf(channel, receipt));
    return EXIT.ok;

    async function bySocket(name: string, payload: unknown, how: typeof options) {
      const token = await deployment.tokenFor('carillon-cli', 600);
      const client = createCarillon({ url: deployment.urls, token });
      client.connect();
      const impatience = setTimeout(() => void client.close(), PATIENCE_MS);
      try {
        return { ...(await client.channel(name).publish(payload, how)) };
      } catch (error) {
        if (!(error instanceof CarillonError)) throw error;
        const code = error.code === 'closed' ? null : error.code;
        const message = code === null ? `no answer within ${PATIENCE_MS / 1_000} s` : error.message;
        throw refusedBy('It was not published', { code, message }, deployment);
      } finally {
        clearTimeout(impatience);
        await client.close();
      }
    }
  },
});

function sentenceOf(
  channel: string,
  { offset, id, duplicate }: Readonly<Record<string, unknown>>,
): string {
  const place = `${channel} at ${textOf(Number(offset))}, id ${String(id)}`;
  return duplicate === true ? `Had been published already: ${place}` : `Published: ${place}`;
}
