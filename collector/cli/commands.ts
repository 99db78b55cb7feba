/**
 * The commands: each in a file of its own, which is read when the command is used. So `--help` and completion start at once.
 */
import type { Argv, CommandModule } from 'yargs';
import type { Io } from '../terminal/io.ts';

/** In the order of `--help`. */
export function addCommands<Args>(yargs: Argv<Args>, io: Io): Argv<Args> {
  return yargs
    .command(
      later(
        'ls',
        'list the Node processes of this machine with an inspector, and those whose inspector could be opened',
        async () => (await import('./ls.ts')).lsCommand(io),
      ),
    )
    .command(
      later(
        'heap <target>',
        "print heapy's table of a process or of a snapshot file",
        async () => (await import('./heap.ts')).heapCommand(io),
        ['target'],
      ),
    )
    .command(
      later(
        'rss <target>',
        'say where the memory of a process is: RSS by part, what stands out, the nearest limit',
        async () => (await import('./rss.ts')).rssCommand(io),
        ['target'],
      ),
    )
    .command(
      later(
        'diff <a> <b>',
        "print heapy's table of the difference a - b, by kind: processes, files, a collector's samples",
        async () => (await import('./diff.ts')).diffCommand(io),
        ['a', 'b'],
      ),
    )
    .command(
      later(
        'path <target> <to>',
        'print the shortest path from the roots of the program to the nearest object of a class',
        async () => (await import('./path.ts')).pathCommand(io),
        ['target'],
      ),
    )
    .command(
      later(
        'leak <target>',
        'say what leaks: watch a process for 30s, name what was born and stayed, and the variable that holds it',
        async () => (await import('./leak.ts')).leakCommand(io),
        ['target'],
      ),
    )
    .command(
      later(
        'gate [command..]',
        'say how many bytes a request leaves in a server: rounds of load, and an exit code for a pull request',
        async () => (await import('./gate.ts')).gateCommand(io),
      ),
    )
    .command(
      later('verify', 'say whether a leak is mended: rates before and after, and an exit code', async () =>
        (await import('./verify.ts')).verifyCommand(io),
      ),
    )
    .command(
      later(
        'what-if <target> <holder>',
        'print what would be freed without an object, a kind, listeners, timers, a package',
        async () => (await import('./what-if.ts')).whatIfCommand(io),
        ['target'],
      ),
    )
    .command(
      later(
        'pattern <target> <kind>',
        'print who refers to objects of a kind, by kind, and who refers to those',
        async () => (await import('./pattern.ts')).patternCommand(io),
        ['target'],
      ),
    )
    .command(
      later(
        'prices <target>',
        'print what each probe would cost a process now, and whether it may run',
        async () => (await import('./prices.ts')).pricesCommand(io),
        ['target'],
      ),
    )
    .command(
      later(
        'report <target>',
        'find what is wrong in a heap: leaks, piles, waste, with what holds them; as a page, Markdown or JSON',
        async () => (await import('./report.ts')).reportCommand(io),
        ['target'],
      ),
    )
    .command(
      later(
        'pending <target>',
        'count what waits: timers, promises, listeners, handles, by the function that they are for',
        async () => (await import('./pending.ts')).pendingCommand(io),
        ['target'],
      ),
    )
    .command(
      later(
        'tail <targets..>',
        'watch the counts of kinds live, as top does processes',
        async () => (await import('./tail.ts')).tailCommand(io),
        ['targets'],
      ),
    )
    .command(
      later(
        'record <targets..>',
        'record memory and kinds over time in a file, with marked phases',
        async () => (await import('./record.ts')).recordCommand(io),
        ['targets'],
      ),
    )
    .command(
      later(
        'plot <recording>',
        'draw what heapwatch record wrote: memory over time, phases, probes, the peak, kinds stacked',
        async () => (await import('./plot.ts')).plotCommand(io),
      ),
    )
    .command(
      later(
        'sample <target>',
        'print allocation sites of what is allocated from now on and still alive at the end',
        async () => (await import('./sample.ts')).sampleCommand(io),
        ['target'],
      ),
    )
    .command(
      later(
        'snapshot <target>',
        'write a .heapsnapshot that Chrome DevTools opens',
        async () => (await import('./snapshot.ts')).snapshotCommand(io),
        ['target'],
      ),
    )
    .command(
      later(
        'redact <file> [output]',
        "replace the contents of a snapshot file's strings, so that it can be given away",
        async () => (await import('./redact.ts')).redactCommand(io),
        ['file', 'envOf'],
      ),
    )
    .command(
      later(
        'console <targets..>',
        "heapy's session at a prompt: h = hp.heap(), h[0].byvia, h[0].sp",
        async () => (await import('./console.ts')).consoleCommand(io),
        ['targets'],
      ),
    )
    .command(
      later('collect', 'run a collector: many targets, probes on a schedule, a stream over WebSocket', async () =>
        (await import('./collect.ts')).collectCommand(io),
      ),
    )
    .command(
      later(
        'agent',
        'watch the processes of this machine for the collectors of a fleet, by NATS; nothing listens',
        async () => (await import('./agent.ts')).agentCommand(io),
      ),
    )
    .command(
      later(
        'fleet <action>',
        'say who is in a fleet and what is watched; put a configuration for its agents',
        async () => (await import('./fleet.ts')).fleetCommand(io),
      ),
    )
    .command(
      later('watch <url>', "follow a collector's stream", async () => (await import('./watch.ts')).watchCommand(io)),
    )
    .command(
      later(
        'history <source>',
        'print the kinds or gauges of a target over time, from a store or from a collector',
        async () => (await import('./history.ts')).historyCommand(io),
      ),
    )
    .command(
      later('export <source>', 'write history or a recording as a table: CSV, Arrow, Parquet', async () =>
        (await import('./export.ts')).exportCommand(io),
      ),
    )
    .command(
      later('autopsy <source>', 'say why a target ended, what grew before, and what was done to it', async () =>
        (await import('./autopsy.ts')).autopsyCommand(io),
      ),
    )
    .command(
      later(
        'checkpoint <url> <target>',
        "mark a moment in a target of a collector, for heap --since and the request 'probe'",
        async () => (await import('./checkpoint.ts')).checkpointCommand(io),
      ),
    )
    .command(
      later(
        'mark <url> <label>',
        "mark a moment in a collector's targets: a phase of that name begins in their recordings",
        async () => (await import('./mark.ts')).markCommand(io),
      ),
    )
    .command(
      later(
        'alerts <action>',
        'try rules on stored history; list, silence and unsilence the alerts of a collector',
        async () => (await import('./alerts.ts')).alertsCommand(io),
      ),
    )
    .command(
      later(
        'operations <action>',
        "list a collector's long work, who asked for it and how far it is; cancel it",
        async () => (await import('./operations.ts')).operationsCommand(io),
      ),
    )
    .command(
      later('audit <action>', 'say who did what by a collector, and whether that record is whole', async () =>
        (await import('./audit.ts')).auditCommand(io),
      ),
    )
    .command(
      later('mcp', 'serve an assistant over stdin and stdout: heaps, leaks, paths, RSS as tools', async () =>
        (await import('./mcp.ts')).mcpCommand(io, addCommands),
      ),
    )
    .command(
      later('check [config]', "check a collector's configuration, and print what will run when", async () =>
        (await import('./check.ts')).checkCommand(io),
      ),
    );
}

/**
 * A command whose options and work are read when it is used.
 * @param targets arguments that name targets, one each or a list: of them a number alone may be that of a process
 */
function later<Args>(
  command: string,
  describe: string,
  load: () => Promise<CommandModule<object, Args>>,
  targets: readonly string[] = [],
): CommandModule<object, Args> {
  let loading: Promise<CommandModule<object, Args>> | undefined;
  const loaded = () => {
    loading ??= load();
    return loading;
  };
  return {
    command,
    describe,
    builder: async (yargs) => {
      const { builder } = await loaded();
      return typeof builder === 'function' ? await builder(yargs) : (yargs as Argv<Args>);
    },
    handler: async (args) => {
      const [{ handler }, named] = await Promise.all([loaded(), targetsOf(args, targets)]);
      await handler({ ...args, ...named });
    },
  };
}

async function targetsOf(args: Record<string, unknown>, names: readonly string[]): Promise<Record<string, unknown>> {
  if (names.length === 0) return {};
  const { namedTarget } = await import('../measure/bare-number.ts');
  const of = (text: unknown) => (typeof text === 'string' ? namedTarget(text) : text);
  const named = names.map(async (name) => {
    const given = args[name];
    return [name, Array.isArray(given) ? await Promise.all(given.map(of)) : await of(given)] as const;
  });
  return Object.fromEntries(await Promise.all(named));
}
