import { useEffect, useState } from 'react';
import { Icon } from './icons.js';
import { applyTheme, chooseTheme, currentTheme, followSystemTheme } from './theme.js';

export function ThemeSwitch() {
  const [theme, setTheme] = useState(currentTheme);
  useEffect(
    () =>
      followSystemTheme(() => {
        applyTheme();
        setTheme(currentTheme());
      }),
    [],
  );
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <button
      type="button"
      className="quiet-button"
      aria-label={`Switch to the ${other} look`}
      title={`Switch to the ${other} look`}
      onClick={() => {
        chooseTheme(other);
        setTheme(other);
      }}
    >
      <Icon name={theme === 'dark' ? 'sun' : 'moon'} />
    </button>
  );
}
