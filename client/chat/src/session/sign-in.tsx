import { useState, type FormEvent } from 'react';
import { BellMark } from '../look/bell.js';
import { ThemeSwitch } from '../look/theme-switch.js';
import { FIRST_ROOM, roomOfHash } from '../rooms/room-name.js';
import { NAME_LENGTH_MAX } from './demo-session.js';
import { HangingBells } from './hanging-bells.js';
import './sign-in.css';

/** Where a name is chosen. */
export function SignIn({ onEnter }: { readonly onEnter: (name: string) => Promise<void> }) {
  const [name, setName] = useState('');
  const [isEntering, setIsEntering] = useState(false);
  const [problem, setProblem] = useState<string>();
  const room = roomOfHash(window.location.hash) ?? FIRST_ROOM;

  const enter = (event: FormEvent) => {
    event.preventDefault();
    const chosen = name.trim();
    if (chosen === '') return setProblem('Choose a name first: it is what the others see.');
    setIsEntering(true);
    setProblem(undefined);
    onEnter(chosen).catch((error: unknown) => {
      setProblem(error instanceof Error ? error.message : 'That did not work. Try again.');
      setIsEntering(false);
    });
  };

  return (
    <div className="sign-in">
      <header className="sign-in-bar">
        <p className="wordmark">
          <BellMark /> Carillon
        </p>
        <ThemeSwitch />
      </header>
      <HangingBells />
      <main className="sign-in-main">
        <h1>Many bells, one keyboard.</h1>
        <p className="sign-in-lead">
          A chat room that lives on every instance at once. Lose the connection, and it picks up
          where you were.
        </p>
        <form className="sign-in-form" onSubmit={enter} noValidate>
          <label htmlFor="name">Your name</label>
          <div className="sign-in-line">
            <input
              id="name"
              data-testid="name-input"
              value={name}
              maxLength={NAME_LENGTH_MAX}
              autoComplete="nickname"
              spellCheck={false}
              // The page has one purpose; the first key pressed should serve it.
              autoFocus
              aria-invalid={problem !== undefined}
              aria-describedby={problem === undefined ? undefined : 'name-problem'}
              onChange={(event) => {
                setName(event.target.value);
                setProblem(undefined);
              }}
            />
            <button type="submit" className="main-button" data-testid="enter" disabled={isEntering}>
              {isEntering ? 'Entering' : `Enter ${room}`}
            </button>
          </div>
          {problem !== undefined && (
            <p id="name-problem" className="field-problem" role="alert">
              {problem}
            </p>
          )}
        </form>
        <p className="sign-in-hint">
          Open this page in a second window under another name, and talk to yourself.
        </p>
      </main>
    </div>
  );
}
