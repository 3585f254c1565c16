import { useCallback } from 'react';
import type { Chat } from './chat.js';
import { Composer } from './composer/composer.js';
import { DropZone } from './composer/drop-zone.js';
import { usePictures } from './composer/use-pictures.js';
import { wordsFor } from './connection/connection-words.js';
import type { Room } from './rooms/room.js';
import { TimelineView } from './timeline/timeline-view.js';
import { useLiveValue } from './use-live-value.js';

/** What is said in one room, and the field to say something. */
export function Conversation({ chat, room }: { readonly chat: Chat; readonly room: Room }) {
  const { state } = useLiveValue(chat.connection);
  const bytesMax = useCallback(() => chat.imageBytesMaxIn(room.name), [chat, room]);
  const { notice, send, clear } = usePictures(room, bytesMax);
  return (
    <DropZone onFiles={send}>
      <TimelineView room={room} me={chat.me} />
      <Composer
        room={room}
        hint={wordsFor(state).sending}
        notice={notice}
        onWrite={clear}
        onFiles={send}
      />
    </DropZone>
  );
}
