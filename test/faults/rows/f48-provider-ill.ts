import { eventually } from '../../support/eventually.js';
import { type Health, Issuer, IssuerKey, tokenOfNobody } from '../issuer.js';
import { lasting, type Row } from '../row.js';
import { answerTo, strangerAt } from '../stranger.js';
import type { Instance } from '../world.js';

/** At least this long between two requests of one instance for the keys. */
const COOLDOWN_MS = 10_000;
/** A request may be a little longer on its way than the next one. */
const ON_THE_WAY_MS = 1_000;
/** A key that is new must be known within this. */
const SEEN_MS = 60_000;
const ILLNESSES: readonly Health[] = ['slow', 'broken', 'down', 'stuck'];

export const providerIll: Row = {
  name: 'F48',
  title: 'the provider of keys is ill, then rotates its key, while tokens of unknown keys flood in',
  keepsStore: true,
  async inject({ world, workload, random, bites, claim, measure }) {
    const [first, second] = [await IssuerKey.create('first'), await IssuerKey.create('second')];
    const issuer = await Issuer.start(first);
    const flood = new Flood(world.instances);
    const strangers = [];
    try {
      for (const instance of world.instances) {
        await world.stop(instance);
        await world.restart(instance, { AUTH_JWKS_URL: issuer.urlFor(instance.name) });
        strangers.push(await strangerAt(instance, await first.tokenFor('stranger')));
      }
      claim(
        strangers.every(({ answer }) => answer === 'session'),
        `good tokens were answered with ${strangers.map(({ answer }) => answer).join(', ')}`,
      );
      const drops = workload.drops;
      issuer.health = random.pick(ILLNESSES);
      world.note(`the provider is ${issuer.health}`);
      flood.begin();
      const hasAsked = (times: number) =>
        world.instances.every(({ name }) => issuer.timesOf(name).length >= times);
      await eventually('the provider was asked while it was ill', () => hasAsked(2), {
        deadlineMs: COOLDOWN_MS * 2,
      });
      for (const instance of world.instances) {
        const answer = await answerTo(instance, await first.tokenFor('another'));
        claim(answer === 'session', `a key at hand was answered by ${instance.name}: ${answer}`);
      }
      issuer.keys = [second];
      issuer.health = 'well';
      world.note('the provider is well, and has another key');
      const rotatedAt = performance.now();
      await Promise.all(
        world.instances.map(async (instance) => {
          await eventually(
            `${instance.name} knows the new key`,
            async () => (await answerTo(instance, await second.tokenFor('new'))) === 'session',
            { deadlineMs: SEEN_MS, everyMs: 250 },
          );
          measure('new key of a provider to accepted', performance.now() - rotatedAt);
        }),
      );
      await lasting(random.between(0, 500));
      const { refused, others } = await flood.end();
      bites(refused > 100, `${refused} tokens of unknown keys were refused meanwhile`);
      claim(
        others.length === 0,
        `some of them were answered with ${others.slice(0, 5).join(', ')}`,
      );
      for (const { name } of world.instances) {
        const times = issuer.timesOf(name);
        const soonest = Math.min(...times.slice(1).map((at, index) => at - (times[index] ?? 0)));
        claim(
          soonest > COOLDOWN_MS - ON_THE_WAY_MS,
          `${name} asked for the keys ${Math.round(soonest)} ms after it had asked`,
        );
      }
      const lost = strangers.filter(({ socket }) => !socket.connected).length;
      claim(lost === 0, `${lost} connections by the old key were lost`);
      claim(workload.drops === drops, `${workload.drops - drops} others were lost`);
    } finally {
      await flood.end();
      for (const { socket } of strangers) socket.disconnect();
      for (const instance of world.instances) {
        await world.stop(instance);
        await world.restart(instance);
      }
      issuer.close();
    }
  },
};

/** Tokens of keys that there are not, another one each time, one after another at each instance. */
class Flood {
  #isOver = false;
  #running: Promise<unknown> = Promise.resolve();
  #refused = 0;
  readonly #others: number[] = [];

  constructor(private readonly instances: readonly Instance[]) {}

  begin(): void {
    this.#running = Promise.all(this.instances.map((instance) => this.#pour(instance)));
  }

  /** Resolves with how many were refused, and what else they were answered with. */
  async end(): Promise<{ refused: number; others: readonly number[] }> {
    this.#isOver = true;
    await this.#running;
    return { refused: this.#refused, others: this.#others };
  }

  async #pour({ name, process: { url } }: Instance): Promise<void> {
    for (let count = 0; !this.#isOver; count += 1) {
      const authorization = `Bearer ${tokenOfNobody(`${name}-${count}`)}`;
      const { status, body } = await fetch(`${url}/v1/instances`, { headers: { authorization } });
      await body?.cancel();
      // 503: nobody can tell whether the key is new while the provider cannot be asked.
      if (status === 401 || status === 503) this.#refused += 1;
      else this.#others.push(status);
      await lasting(20);
    }
  }
}
