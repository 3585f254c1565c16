import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import { root } from '../setup/root.mjs';
import { planted } from './planted.mjs';

/** As the build has it, file by file; whether a file is a module it would only know by asking around. */
const compilerOptions = {
  ...ts.parseJsonConfigFileContent(
    ts.readConfigFile(path.join(root, 'tsconfig.build.json'), (file) => ts.sys.readFile(file))
      .config,
    ts.sys,
    root,
  ).options,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  rootDir: undefined,
  outDir: undefined,
};

const left = new Set(['node_modules', '.git', '.cache', 'coverage', 'results']);

/** A copy of the checkout to plant bugs in: nobody else sees them, and nothing is left of them. */
export class Checkout {
  /** The folder of the copy. */
  folder = mkdtempSync(path.join(tmpdir(), 'carillon-mutants-'));

  constructor() {
    cpSync(root, this.folder, {
      recursive: true,
      filter: (file) => !left.has(path.basename(file)),
    });
    symlinkSync(path.join(root, 'node_modules'), path.join(this.folder, 'node_modules'));
  }

  /**
   * Plants the bug, in the sources and in what was built of them. Returns what takes it out again.
   *
   * @throws Error when its place is not there exactly once, or when what comes out is no program
   */
  plant(mutant) {
    const { file } = mutant;
    const text = planted(readFileSync(path.join(this.folder, file), 'utf8'), mutant);
    const built = this.#builtOf(file, text);
    const changes = [{ file, text }, ...(built === null ? [] : [built])].map((change) => {
      const place = path.join(this.folder, change.file);
      return { place, before: readFileSync(place), after: change.text };
    });
    for (const { place, after } of changes) writeFileSync(place, after);
    return () => {
      for (const { place, before } of changes) writeFileSync(place, before);
    };
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What processes run: the server is built file by file, so one file is all that changes. */
  #builtOf(file, text) {
    if (file.endsWith('.lua')) return { file: file.replace(/^src/, 'dist'), text };
    const { outputText, diagnostics = [] } = ts.transpileModule(text, {
      compilerOptions,
      fileName: file,
      reportDiagnostics: true,
    });
    const [first] = diagnostics;
    if (first !== undefined) {
      throw new Error(
        `it is no program: ${ts.flattenDiagnosticMessageText(first.messageText, ' ')}`,
      );
    }
    if (!file.startsWith('src/')) return null;
    return { file: file.replace(/^src/, 'dist').replace(/\.ts$/, '.js'), text: outputText };
  }
}
