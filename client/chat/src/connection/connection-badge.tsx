import type { Connection } from '../chat.js';
import { wordsFor } from './connection-words.js';
import './connection.css';

/** The state in a word, and which instance serves this tab. */
export function ConnectionBadge({ connection }: { readonly connection: Connection }) {
  const { label, tone } = wordsFor(connection.state);
  return (
    <p className="connection">
      <span
        className={`connection-state connection-${tone}`}
        data-testid="connection-state"
        data-state={connection.state}
        role="status"
      >
        <span className="connection-light" aria-hidden="true" />
        <span className="connection-word">{label}</span>
      </span>
      {connection.instance !== undefined && (
        <span
          className="instance"
          title={`Served by instance ${connection.instance}; other people may be on another one`}
        >
          <span className="unseen">by instance </span>
          {connection.instance}
        </span>
      )}
    </p>
  );
}
