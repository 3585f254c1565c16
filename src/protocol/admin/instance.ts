/** One running process as `GET /v1/instances` tells of it. */
export interface Instance {
  id: string;
  version: string;
  /** Milliseconds on the cluster clock. */
  startedAt: number;
  sessions: number;
  channels: number;
  loopDelayMs: number;
  outboxBytes: number;
  state: 'starting' | 'ready' | 'degraded' | 'draining';
}
