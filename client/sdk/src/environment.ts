import { Manager } from 'socket.io-client';

/** What the SDK needs of one Socket.IO socket. */
export interface WireSocket {
  on(event: string, hear: (payload: unknown) => void): void;
  emit(event: string, payload: unknown, answer: (reply: unknown) => void): void;
  /** Ends it at once and for good, whatever it was doing. */
  close(): void;
}

export interface SocketAddress {
  readonly url: string;
  readonly auth: Readonly<Record<string, unknown>>;
  readonly transports: readonly ('websocket' | 'polling')[];
}

/** Time, chance and network as the SDK asks for them, so that a test can hold them in its hand. */
export interface Environment {
  /** Milliseconds since 1970 by the device's own clock; may be wrong by days. */
  wallClockMs(): number;
  /** Milliseconds that only ever grow. */
  monotonicMs(): number;
  /** From 0 up to 1. */
  random(): number;
  freshId(): string;
  /** Runs `task` once after `ms`; returns what calls it off. */
  after(ms: number, task: () => void): () => void;
  openSocket(address: SocketAddress): WireSocket;
  /** Calls `task` when the device or the page comes back to life; returns what ends it. */
  onWake(task: () => void): () => void;
}

/** What a timer can count; longer waits are asked for again by whoever waits. */
const TIMER_MAX_MS = 2_147_483_647;

export const systemEnvironment: Environment = {
  wallClockMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  random: () => Math.random(),
  freshId,
  after(ms, task) {
    const timer = setTimeout(task, Math.min(ms, TIMER_MAX_MS));
    return () => clearTimeout(timer);
  },
  openSocket,
  onWake,
};

function openSocket({ url, auth, transports }: SocketAddress): WireSocket {
  const { origin, pathname } = new URL(url, globalThis.location?.href);
  const manager = new Manager(origin, {
    // A path before Socket.IO's own: a proxy's prefix.
    path: `${pathname.replace(/\/+$/, '')}/socket.io/`,
    transports: [...transports],
    // The SDK decides when to try again and for how long to wait.
    reconnection: false,
    autoConnect: false,
  });
  manager.timeout(false);
  const socket = manager.socket('/', { auth: { ...auth } });
  socket.connect();
  return {
    on: (event, hear) => void socket.on(event, hear),
    emit: (event, payload, answer) => void socket.emit(event, payload, answer),
    close() {
      socket.disconnect();
      // After a refusal, or while it opens, the socket alone would leave the connection behind.
      manager.engine?.close();
    },
  };
}

function freshId(): string {
  // Browsers keep `randomUUID` from pages that did not come by https.
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function onWake(task: () => void): () => void {
  if (typeof window === 'undefined' || typeof document === 'undefined') return () => {};
  const onVisible = () => {
    if (document.visibilityState === 'visible') task();
  };
  window.addEventListener('online', task);
  window.addEventListener('pageshow', task);
  document.addEventListener('visibilitychange', onVisible);
  return () => {
    window.removeEventListener('online', task);
    window.removeEventListener('pageshow', task);
    document.removeEventListener('visibilitychange', onVisible);
  };
}
