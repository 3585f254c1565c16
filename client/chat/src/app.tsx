import { ChatRoom } from './chat-room.js';
import { SignIn } from './session/sign-in.js';
import { useDemoSession } from './session/use-demo-session.js';
import type { DemoSession } from './session/demo-session.js';
import { useChat } from './use-chat.js';

/** Sign in, or talk. */
export function App() {
  const { session, enter, leave } = useDemoSession();
  if (!session) return <SignIn onEnter={enter} />;
  return <SignedInChat session={session} onSignOut={leave} />;
}

interface SignedInChatProps {
  readonly session: DemoSession;
  readonly onSignOut: () => void;
}

function SignedInChat({ session, onSignOut }: SignedInChatProps) {
  const chat = useChat(session);
  return chat ? <ChatRoom chat={chat} onSignOut={onSignOut} /> : null;
}
