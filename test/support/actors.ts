import { afterAll } from '@jest/globals';

/** Something that a test started and that must not outlive its file. */
export interface Actor {
  /** Named in the error when ending it fails. */
  readonly name: string;
  /** Ends it; called again after the actor ended itself, it does nothing. */
  end(): unknown;
}

const actors: Actor[] = [];

/**
 * Registers an actor, which is ended after the last test of the file even when a test failed.
 * The last one registered is ended first: clients before servers, servers before their Redis.
 */
export function register(actor: Actor): void {
  actors.push(actor);
}

afterAll(async () => {
  const failures: Error[] = [];
  for (const actor of actors.splice(0).reverse()) {
    try {
      await actor.end();
    } catch (error) {
      // The others must still be ended, so the failure is told at the end.
      failures.push(new Error(`${actor.name} did not end`, { cause: error }));
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'actors outlived their test file');
}, 60_000);
