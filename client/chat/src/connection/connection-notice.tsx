import { useEffect, useState } from 'react';
import type { Connection } from '../chat.js';
import { wordsFor } from './connection-words.js';
import './connection.css';

/** A state shorter than this is no news. */
const PATIENCE_MS = 700;

interface ConnectionNoticeProps {
  readonly connection: Connection;
  readonly onRetry: () => void;
  readonly onLeave: () => void;
}

/** Says what is wrong with the connection and what happens next; nothing when all is well. */
export function ConnectionNotice({ connection, onRetry, onLeave }: ConnectionNoticeProps) {
  const { tone, next } = wordsFor(connection.state);
  const isLasting = useLasting(next !== undefined);
  if (next === undefined || !isLasting) return null;
  const isRefused = connection.state === 'refused';
  return (
    <div className={`connection-notice connection-${tone}`} role={isRefused ? 'alert' : 'status'}>
      <p>
        {next} {isRefused && connection.reason}
        {connection.retryAt !== undefined && (
          <NextTry key={connection.retryAt} at={connection.retryAt} />
        )}
      </p>
      {(isRefused || connection.state === 'offline') && (
        <button type="button" className="text-button" onClick={onRetry}>
          Try now
        </button>
      )}
      {isRefused && (
        <button type="button" className="text-button" onClick={onLeave}>
          Sign in again
        </button>
      )}
    </div>
  );
}

/** Counts down for the eye; a screen reader would be told every second. */
function NextTry({ at }: { readonly at: number }) {
  const [leftMs, setLeftMs] = useState(() => at - Date.now());
  useEffect(() => {
    const timer = setInterval(() => setLeftMs(at - Date.now()), 1000);
    return () => clearInterval(timer);
  }, [at]);
  const seconds = Math.ceil(leftMs / 1000);
  return (
    <span aria-hidden="true">{seconds > 0 ? `Next try in ${seconds} s.` : 'Trying now.'}</span>
  );
}

/** True once `isSo` has held for a moment. */
function useLasting(isSo: boolean): boolean {
  const [isLasting, setIsLasting] = useState(false);
  useEffect(() => {
    if (!isSo) return undefined;
    const timer = setTimeout(() => setIsLasting(true), PATIENCE_MS);
    return () => {
      clearTimeout(timer);
      setIsLasting(false);
    };
  }, [isSo]);
  return isLasting;
}
