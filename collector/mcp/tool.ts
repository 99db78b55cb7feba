/** A tool at a collector, with what its callers are asked kept for the audit trail. */
import type { z } from 'zod';
import type { Method, Params, Result } from '../../protocol/requests.ts';
import type { How, OfferedTool } from './server.ts';
import type { ToolResult } from './tool-run.ts';

/** A request of the protocol, whose result is its own. @throws RequestError */
export type Ask = <M extends Method>(method: M, params: Params<M>) => Promise<Result<M>>;

type Args<S extends z.ZodRawShape> = z.infer<z.ZodObject<S>>;

export function tool<S extends z.ZodRawShape>(
  name: string,
  title: string,
  description: string,
  input: S,
  answer: (args: Args<S>, how: How) => Promise<string>,
): OfferedTool {
  return {
    ...{ name, title, description, input },
    work: async (args, how): Promise<ToolResult> => {
      const asked: string[] = [];
      const ask = (question: string) => {
        asked.push(question);
        return how.ask(question);
      };
      // the server has checked them by `input`
      return { text: await answer(args as Args<S>, { ...how, ask }), failed: false, asked };
    },
  };
}

/** Without what was not given. */
export function present<T extends object>(args: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined)) as never;
}
