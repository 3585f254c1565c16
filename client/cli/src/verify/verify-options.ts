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
  namespace: { takes: 'NAME', help: 'its channels are made in this namespace; chat' },
  duration: { takes: 'TIME', help: 'how long to publish: 30s, 5m, 1h; 30s' },
  publishers: { takes: 'N', help: 'who publish, each with ids and retries; 3' },
  subscribers: { takes: 'N', help: 'half with the SDK, half with plain Socket.IO; 12' },
  channels: { takes: 'N', help: 'every subscriber follows all of them; 4' },
  rate: { takes: 'N', help: 'publishes per second, of all together; 60' },
  bytes: { takes: 'N', help: 'of filling in a message, at most; 200' },
  reconnect: { takes: 'N', help: 'so many subscribers leave and come back at random; a quarter' },
  settle: { takes: 'TIME', help: 'everybody must be at the top so soon after the end; 30s' },
  seed: { takes: 'N', help: 'decides what is sent when and who leaves; by the clock' },
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
    name: keyof typeof verifyOptions,
    fallback: number,
    least: number,
    most: number,
  ) => {
    const text = given[name];
    return typeof text === 'string' ? wholeOf(`--${name}`, text, { least, most }) : fallback;
  };
  const subscribers = whole('subscribers', 12, 1, 2_000);
  const plan: Plan = {
    run: randomBytes(4).toString('hex'),
    seed: whole('seed', Math.trunc(Date.now() / 1_000), 0, 4_294_967_295),
    seconds: secondsOf('--duration', given.duration ?? '30s', { least: 1, most: 86_400 }),
    publishers: whole('publishers', 3, 1, 200),
    subscribers,
    channels: whole('channels', 4, 1, 200),
    perSecond: whole('rate', 60, 1, 10_000),
    bytes: whole('bytes', 200, 0, 60_000),
    leavers: whole('reconnect', Math.floor(subscribers / 4), 0, subscribers),
    settleSeconds: secondsOf('--settle', given.settle ?? '30s', { least: 1, most: 600 }),
    namespace: given.namespace ?? 'chat',
  };
  const { expected, most } = deliveriesOf(plan);
  if (expected <= most) return plan;
  throw new Unable(
    `That would be about ${textOf(expected)} deliveries; one run keeps and checks up to ${textOf(most)}.`,
    ['ask for less: a lower --rate, fewer --subscribers, a shorter --duration'],
  );
}
