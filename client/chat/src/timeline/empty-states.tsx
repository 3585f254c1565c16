import { BellMark } from '../look/bell.js';
import type { Room } from '../rooms/room.js';
import './empty-states.css';

/** The outline of a conversation while the first page is on its way. */
export function RoomLoading() {
  return (
    <div className="room-loading" role="status" aria-label="Joining the room">
      {['a', 'b', 'c', 'd', 'e'].map((line) => (
        <span key={line} className={`ghost ghost-${line}`} />
      ))}
    </div>
  );
}

export function EmptyRoom({ name }: { readonly name: string }) {
  return (
    <div className="room-empty">
      <BellMark />
      <h2>Nobody has said anything in {name} yet</h2>
      <p>Write the first message below, or share the link of this page to bring somebody in.</p>
    </div>
  );
}

export function RoomProblem({
  room,
  problem,
}: {
  readonly room: Room;
  readonly problem: string | undefined;
}) {
  return (
    <div className="room-problem" role="alert">
      <p>You are not in this room now. {problem}</p>
      <button type="button" className="pill-button" onClick={() => void room.join()}>
        Join again
      </button>
    </div>
  );
}
