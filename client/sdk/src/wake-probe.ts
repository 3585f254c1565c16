import { CarillonError } from './carillon-error.js';
import type { Connection } from './connection.js';
import type { Environment } from './environment.js';

/** A connection that does not answer a woken device by then is dead, whatever the heartbeat says. */
const PROBE_MS = 3_000;

/** When the device or the page comes back: tries at once, or checks that the connection still lives. */
export class WakeProbe {
  #stop = () => {};

  constructor(
    private readonly connection: Connection,
    private readonly environment: Environment,
  ) {}

  begin(): void {
    this.#stop();
    this.#stop = this.environment.onWake(() => this.#woke());
  }

  stop(): void {
    this.#stop();
    this.#stop = () => {};
  }

  #woke(): void {
    const { connection, environment } = this;
    connection.tell({ type: 'wake' });
    if (!connection.isOpen) return;
    const { session } = connection;
    const sentAt = environment.monotonicMs();
    connection.send(
      'clock',
      { sentAt },
      ({ ok }) => {
        if (ok || !connection.isOpen || connection.session !== session) return;
        const reason = new CarillonError('unavailable', 'The connection died while asleep.');
        connection.tell({ type: 'lost', reason });
      },
      PROBE_MS,
    );
  }
}
