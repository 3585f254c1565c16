/** Where the SDK tells what nobody awaits. Any console or logging library fits. */
export interface Logger {
  debug(message: string): void;
  warn(message: string): void;
  error(message: string, cause?: unknown): void;
}

export const SILENT: Logger = { debug: () => {}, warn: () => {}, error: () => {} };
