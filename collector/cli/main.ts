#!/usr/bin/env node
/** The command `heapwatch`: reads the command line, runs one command, turns what it throws into a line and a code. */
import yargs from 'yargs';
import { version } from '../version.ts';
import { alertsCommand } from './alerts.ts';
import { checkCommand } from './check.ts';
import { checkpointCommand } from './checkpoint.ts';
import { collectCommand } from './collect.ts';
import { consoleCommand } from './console.ts';
import { credentialOptions } from './credentials.ts';
import { diffCommand } from './diff.ts';
import { exitCodeOf, lineOf, UsageError } from './exit.ts';
import { heapCommand } from './heap.ts';
import { historyCommand } from './history.ts';
import { processIo } from './io.ts';
import { lsCommand } from './ls.ts';
import { markCommand } from './mark.ts';
import { pathCommand } from './path.ts';
import { plotCommand } from './plot.ts';
import { recordCommand } from './record.ts';
import { sampleCommand } from './sample.ts';
import { snapshotCommand } from './snapshot.ts';
import { tailCommand } from './tail.ts';
import { watchCommand } from './watch.ts';

const epilogue = `A target is 9229, host:9229, an inspector's ws://…, pid:1234, a .heapsnapshot file (also .gz),
or a collector's target ws://127.0.0.1:7331/v1/stream#api.

Exit codes: 0 done; 1 failed; 2 usage or configuration; 3 cannot attach, or the target went away;
4 refused by a limit, by you, or for want of --yes; 5 unreadable snapshot or recording;
6 what --fail-on names has grown, or an alert fires; 129 hung up; 130 interrupted; 143 terminated.
HEAPWATCH_DEBUG=1 adds a stack to an error.`;

async function main(): Promise<number> {
  const io = processIo();
  try {
    await credentialOptions(yargs(process.argv.slice(2)), process.env)
      .scriptName('heapwatch')
      .usage('heapy for Node.js processes that are already running\n\n$0 <command>')
      // of an option that is given twice the last counts; commands that take lists say so
      .parserConfiguration({ 'strip-dashed': true, 'duplicate-arguments-array': false })
      .command(lsCommand(io))
      .command(heapCommand(io))
      .command(diffCommand(io))
      .command(pathCommand(io))
      .command(tailCommand(io))
      .command(recordCommand(io))
      .command(plotCommand(io))
      .command(sampleCommand(io))
      .command(snapshotCommand(io))
      .command(consoleCommand(io))
      .command(collectCommand(io))
      .command(watchCommand(io))
      .command(historyCommand(io))
      .command(checkpointCommand(io))
      .command(markCommand(io))
      .command(alertsCommand(io))
      .command(checkCommand(io))
      .completion('completion', 'Print a completion script for bash or zsh')
      .example('$0 ls', 'which Node processes are here, and on which ports')
      .example('$0 heap 9229', "heapy's table of the process behind port 9229")
      .example('$0 tail 9229', 'its counts by kind, live')
      .example('$0 collect --target api=9229 --every snapshot=10m,usage=5s', 'keep sending such tables')
      .example('$0 watch ws://127.0.0.1:7331/v1/stream', 'follow them')
      .epilogue(epilogue)
      .demandCommand(1, 'name a command')
      .strict()
      .version(version)
      .alias('h', 'help')
      .wrap(Math.min(110, process.stdout.columns ?? 100))
      .exitProcess(false)
      .fail((message, error) => {
        throw error ?? new UsageError(`${message.replace(/\s*\n\s*/g, ' ')}; see heapwatch --help`);
      })
      .parseAsync();
    await io.printed();
    return 0;
  } catch (error) {
    const cause = io.signal.aborted ? io.signal.reason : error;
    const line = lineOf(cause, process.env.HEAPWATCH_DEBUG !== undefined);
    if (line !== null) io.say(line);
    return exitCodeOf(cause);
  }
}

const code = await main();
// what was written to a pipe leaves before we do
process.stdout.write('', () => process.exit(code));
