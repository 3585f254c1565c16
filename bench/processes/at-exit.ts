import process from 'node:process';

const actions = new Set<() => void>();

process.once('exit', () => {
  for (const action of actions) action();
});

/** Does something when the bench ends, however it ends. Returns what calls it off. */
export function atExit(action: () => void): () => void {
  actions.add(action);
  return () => actions.delete(action);
}
