import { useEffect, useState } from 'react';
import { Chat } from './chat.js';
import type { DemoSession } from './session/demo-session.js';

/** The chat of a signed-in person; closed when the session changes or the page goes. */
export function useChat(session: DemoSession): Chat | undefined {
  const [chat, setChat] = useState<Chat>();
  useEffect(() => {
    const opened = new Chat(session);
    setChat(opened);
    return () => {
      setChat(undefined);
      void opened.close();
    };
  }, [session]);
  return chat;
}
