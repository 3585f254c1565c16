/** This instance lost its broker, or has it again and has re-checked it. */
export interface StatusPush {
  state: 'degraded' | 'ok';
  /** Milliseconds on the cluster clock when the state began. */
  since: number;
}
