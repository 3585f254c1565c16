import { readFile, rm } from 'node:fs/promises';
import { eventually } from '../../support/eventually.js';
import type { Instance, World } from '../world.js';

/** What an instance holds when its garbage has been collected, in KiB. */
export interface Memory {
  /** The heap of V8, and what hangs on it outside. */
  readonly live: number;
  /** What the machine has to find for the process. */
  readonly resident: number;
}

/** More than an instance remembers the names of. */
const CHANNELS = 6_000;
const BATCH = 100;

/** Has an instance collect its garbage, and reads what is left. */
export async function memoryOf(world: World, { name, process }: Instance): Promise<Memory> {
  const file = world.memoryFileOf(name);
  await rm(file, { force: true });
  process.kill('SIGURG');
  const text = await eventually('it tells what it holds', () => readFile(file, 'utf8'));
  const { heapUsed, external, rss } = JSON.parse(text) as NodeJS.MemoryUsage;
  return { live: (heapUsed + external) / 1_024, resident: rss / 1_024 };
}

/**
 * Has an instance publish into as many channels as it remembers the names of, so that what it remembers
 * of those that come later takes the place of something.
 */
export async function fillNames({ process: { url, adminKey } }: Instance): Promise<void> {
  for (let first = 0; first < CHANNELS; first += BATCH) {
    const items = Array.from({ length: BATCH }, (_, number) => ({
      channel: `brief:fill-${first + number}`,
      data: 'x',
    }));
    const answer = await fetch(`${url}/v1/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ items }),
    });
    const text = await answer.text();
    if (answer.status !== 207 || text.includes('"error"')) {
      throw new Error(`a batch was answered with ${answer.status}: ${text.slice(0, 200)}`);
    }
  }
}
