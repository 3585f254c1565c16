import { randomBytes } from 'node:crypto';
import { adminOption, deploymentOptions } from '../deployment/deployment-options.js';
import type { Given } from '../options/option.js';
import { secondsOf, wholeOf } from '../options/values.js';
import { textOf } from '../terminal/table.js';
import { Unable } from '../unable.js';
import { deliveriesOf, type Plan } from './plan.js';

export const verifyOptions = {
  ...deploymentOptions,
  ...adminOption,
  namespace: { takes: 'NAME', help: 'its channels are made in this namespace', default: 'chat' },
  duration: { takes: 'TIME', help: 'how long to publish: 30s, 5m, 1h', default: '30s' },
  publishers: { takes: 'N', help: 'who publish, each with ids and retries', default: '3' },
  subscribers: { takes: 'N', help: 'half with the SDK, half with plain Socket.IO', default: '12' },
  channels: { takes: 'N', help: 'every subscriber follows all of them', default: '4' },
  rate: { takes: 'N', help: 'publishes per second, of all together', default: '60' },
  bytes: { takes: 'N', help: 'of filling in a message, at most', default: '200' },
  reconnect: {
    takes: 'N',
    help: 'so many subscribers leave at random and resume; by default a quarter',
  },
  settle: {
    takes: 'TIME',
    help: 'everybody must be at the top so soon after the end',
    default: '30s',
  },
  seed: { takes: 'N', help: 'decides what is sent when and who leaves; by default the clock' },
  history: { takes: 'FILE', help: 'write everything that was seen there, as NDJSON' },
  json: { help: 'print the verdict as JSON' },
} as const;

/**
 * What is to be done.
 *
 * @throws Unable, naming the option that is wrong
 */
export function planOf(given: Given<typeof verifyOptions>): Plan {
  const whole = (
    name: 'publishers' | 'subscribers' | 'channels' | 'rate' | 'bytes',
    least: number,
    most: number,
  ) => wholeOf(`--${name}`, given[name], { least, most });
  const subscribers = whole('subscribers', 1, 2_000);
  const plan: Plan = {
    run: randomBytes(4).toString('hex'),
    seed:
      given.seed === undefined
        ? Math.trunc(Date.now() / 1_000)
        : wholeOf('--seed', given.seed, { least: 0, most: 4_294_967_295 }),
    seconds: secondsOf('--duration', given.duration, { least: 1, most: 86_400 }),
    publishers: whole('publishers', 1, 200),
    subscribers,
    channels: whole('channels', 1, 200),
    perSecond: whole('rate', 1, 10_000),
    bytes: whole('bytes', 0, 60_000),
    leavers:
      given.reconnect === undefined
        ? Math.floor(subscribers / 4)
        : wholeOf('--reconnect', given.reconnect, { least: 0, most: subscribers }),
    settleSeconds: secondsOf('--settle', given.settle, { least: 1, most: 600 }),
    namespace: given.namespace,
  };
  const { expected, most } = deliveriesOf(plan);
  if (expected <= most) return plan;
  throw new Unable(
    `That would be about ${textOf(expected)} deliveries; one run keeps and checks up to ${textOf(most)}.`,
    ['ask for less: a lower --rate, fewer --subscribers, a shorter --duration'],
  );
}
