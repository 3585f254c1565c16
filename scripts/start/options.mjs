import * as util from 'node:util';

export const usage = `Usage: npm start -- [options]

Installs and builds what is missing, starts Carillon and stays in the foreground.

  --port N    the first port (otherwise PORT, otherwise 3000 or a free one)
  --nodes N   a cluster of N instances over one Redis, which is started where REDIS_URL is not set
  --json      print the addresses as one line of JSON on stdout, and everything else on stderr
  --help      print this

The environment is passed on to the server; see .env.example.
`;

/** A use of the script that it does not have. */
export class UsageError extends Error {}

/**
 * @param args the command line after the script's name
 * @throws UsageError
 */
export function readOptions(args, env) {
  const values = parse(args);
  const port = values.port ?? (env.PORT === '' ? undefined : env.PORT);
  return {
    help: values.help,
    json: values.json,
    nodes: values.nodes === undefined ? 1 : integer('--nodes', values.nodes, 1, 64),
    /** Null: nobody asked for one, so that another may be taken. */
    port: port === undefined ? null : integer('the port', port, 0, 65_535),
  };
}

function parse(args) {
  try {
    return util.parseArgs({
      args,
      options: {
        port: { type: 'string' },
        nodes: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error.message);
  }
}

function integer(what, text, least, most) {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < least || number > most) {
    throw new UsageError(`${what} must be a whole number from ${least} to ${most}, not "${text}"`);
  }
  return number;
}
