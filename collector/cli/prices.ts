/** `heapwatch prices`: what each probe would cost a process now, without running any. */
import type { Argv, CommandModule } from 'yargs';
import { type Consent, consentOptions } from '../measure/consent.ts';
import type { Io } from '../terminal/io.ts';

interface PricesArguments extends Consent {
  target: string;
  isolate: string;
  json: boolean;
}

export function pricesCommand(io: Io): CommandModule<object, PricesArguments> {
  return {
    builder: (yargs) =>
      consentOptions(yargs)
        .hide('yes')
        .hide('guard')
        .positional('target', {
          type: 'string',
          demandOption: true,
          describe: '9229, host:9229, ws://…, 4711 or pid:4711; a process',
        })
        .option('isolate', { type: 'string', default: 'main', describe: 'main, or worker:N' })
        .option('json', { type: 'boolean', default: false, describe: 'one line of JSON a probe' })
        .example('$0 prices 9229', 'fits: it would run; asks: you would be asked; refused: the memory is wanting')
        .example(
          '$0 prices 9229 --max-pause 100ms',
          'against a limit of your own',
        ) as Argv<unknown> as Argv<PricesArguments>,
    handler: async ({ target, isolate, json, ...consent }) => {
      const { readPrices } = await import('../measure/read-prices.ts');
      const { priceLine } = await import('../terminal/price-line.ts');
      for (const price of await readPrices({ target, isolate, consent }, io))
        io.print(json ? JSON.stringify(price) : priceLine(price));
    },
  };
}
