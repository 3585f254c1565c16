/** What a server that carries the probe is asked. */
export type Question =
  /** Memory, after a full garbage collection. */
  | 'memory'
  /** Begin to watch how late the event loop is. */
  | 'watch'
  /** How late it was since then. */
  | 'delay';

export type Answer =
  | { readonly kind: 'memory'; readonly rss: number; readonly heap: number }
  | { readonly kind: 'watching' }
  /** Milliseconds beyond when a timer was due. */
  | { readonly kind: 'delay'; readonly p99: number; readonly p999: number; readonly max: number };
