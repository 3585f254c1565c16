import type { BrowserContext, Locator, Page } from 'playwright-core';
import { startChromium } from '../support/chromium.js';
import { eventually } from '../support/eventually.js';

/** Somebody at the chat room of one instance, in a browser of their own. */
export class ChatVisit {
  /** Errors of the page: its console, its scripts, and what its content security policy refused. */
  readonly problems: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    page.on('console', (line) => {
      if (line.type() === 'error') this.problems.push(line.text());
    });
    page.on('pageerror', (error) => this.problems.push(error.message));
  }

  /** Opens the room and signs in under a name. */
  static async begin(
    url: string,
    name: string,
    viewport?: { width: number; height: number },
  ): Promise<ChatVisit> {
    const context = await startChromium(viewport === undefined ? {} : { viewport });
    const visit = new ChatVisit(context, context.pages()[0] ?? (await context.newPage()));
    await visit.page.goto(url);
    await visit.hook('name-input').fill(name);
    if ((await visit.overflow()) !== 0) throw new Error('The page to sign in scrolls sideways.');
    await visit.hook('enter').click();
    await visit.shows('connection-state', 'Connected');
    return visit;
  }

  /** The elements that carry a test hook. */
  hook(name: string): Locator {
    return this.page.getByTestId(name);
  }

  async say(text: string): Promise<void> {
    await this.hook('composer').fill(text);
    await this.hook('send').click();
  }

  /** Resolves when an element with the hook shows the text. */
  async shows(hook: string, text: string, deadlineMs = 10_000): Promise<void> {
    await this.hook(hook).filter({ hasText: text }).first().waitFor({ timeout: deadlineMs });
  }

  /** The picture of the last message that has one, once the browser has decoded it. */
  picture(): Promise<{ width: number; height: number }> {
    const image = this.hook('message').locator('img').last();
    return eventually('a picture is shown', async () => {
      const size = await image.evaluate(
        (element: { naturalWidth: number; naturalHeight: number }) => ({
          width: element.naturalWidth,
          height: element.naturalHeight,
        }),
      );
      return size.width > 0 && size;
    });
  }

  /** Pixels by which the page is wider than its window. */
  overflow(): Promise<number> {
    return this.page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
  }
}
