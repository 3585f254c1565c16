// The base comes first: what is more particular follows and wins.
import './look/tokens.css';
import './look/base.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { applyTheme } from './look/theme.js';

applyTheme();
const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
