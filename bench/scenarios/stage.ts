import type { Peer, RunningPeer, StartOptions } from '../peers/peer.js';
import { Generator } from '../processes/generator.js';
import type { Settings } from './scenario.js';

type Wish = Pick<StartOptions, 'instances' | 'isProbed' | 'redisCore'>;

/** Where a scenario plays: generators and servers, which end with it. */
export class Stage {
  readonly generator = new Generator();
  readonly #others: Generator[] = [];
  readonly #running = new Set<RunningPeer>();

  constructor(private readonly settings: Settings) {}

  async start(
    peer: Peer,
    { instances = 1, isProbed = false, redisCore = 'other' }: Partial<Wish> = {},
  ): Promise<RunningPeer> {
    const { server, profiles, progress } = this.settings;
    progress(`starting ${peer.name}${instances === 1 ? '' : `, ${instances} instances`}`);
    const running = await peer.start({ server, profiles, instances, isProbed, redisCore });
    this.#running.add(running);
    return running;
  }

  /** One more process that offers load, on the core of the first. */
  anotherGenerator(): Generator {
    const other = new Generator();
    this.#others.push(other);
    return other;
  }

  async stop(running: RunningPeer): Promise<void> {
    this.#running.delete(running);
    await running.stop();
  }

  async clear(): Promise<void> {
    await Promise.allSettled(
      [...this.#running, ...this.#others, this.generator].map((it) => it.stop()),
    );
  }
}

/** Plays a scenario and clears the stage, however it ends. */
export async function onStage<T>(
  settings: Settings,
  play: (stage: Stage) => Promise<T>,
): Promise<T> {
  const stage = new Stage(settings);
  try {
    return await play(stage);
  } finally {
    await stage.clear();
  }
}
