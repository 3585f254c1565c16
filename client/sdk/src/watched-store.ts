import type { Environment } from './environment.js';
import type { Logger } from './logger.js';
import type { Store } from './store.js';

/** No store of any browser takes this long while it works. */
const SILENT_MS = 5_000;

/**
 * The same store; what it does not answer for a while is told to the logger, once for each call. It is
 * still waited for: to go on without it would be to begin anew in silence.
 */
export function watchedStore(store: Store, environment: Environment, logger: Logger): Store {
  const watch = async <T>(what: string, answer: Promise<T>): Promise<T> => {
    const stop = environment.after(SILENT_MS, () => {
      logger.error(
        `The store has not answered \`${what}\` for ${SILENT_MS / 1_000} s: it is waited for.`,
      );
    });
    try {
      return await answer;
    } finally {
      stop();
    }
  };
  const { lastWords } = store;
  const hold = store.hold?.bind(store);
  return {
    load: async (key) => watch(`load ${key}`, store.load(key)),
    save: async (key, value) => watch(`save ${key}`, store.save(key, value)),
    remove: async (key) => watch(`remove ${key}`, store.remove(key)),
    ...(hold === undefined
      ? {}
      : { hold: async (name, lost) => watch(`hold ${name}`, hold(name, lost)) }),
    ...(lastWords === undefined ? {} : { lastWords }),
  };
}
