import { useSyncExternalStore } from 'react';
import type { LiveValue } from './live-value.js';

/** The current value of `live`; renders again when it changes. */
export function useLiveValue<T>(live: LiveValue<T>): T {
  return useSyncExternalStore(live.subscribe, live.get);
}
