import type postgres from "postgres";

/** Hears what is asked of the database, and knows on whose behalf. */
export interface DatabaseObserver {
  /**
   * A statement is about to be sent; what it answers is called once when it has ended, with the error if there was one. The
   * text has $1, $2 … where values are: it holds no secret.
   */
  statement(text: string): (error?: unknown) => void;
  /** The trace of who asks now, in the form of W3C Trace Context; undefined when it is not recorded. */
  traceparent(): string | undefined;
  /** Who asks now, to be told by `onBehalfOf` later. */
  asker(): unknown;
  /** Runs what several have asked for together; `name` is what it is. */
  onBehalfOf<Result>(name: string, askers: readonly unknown[], work: () => Promise<Result>): Promise<Result>;
}

type Query = PromiseLike<unknown>;
type Tag = (strings: TemplateStringsArray, ...values: readonly unknown[]) => unknown;
type Begin = (...args: readonly unknown[]) => unknown;

/** Statements by their place in the source. */
const texts = new WeakMap<TemplateStringsArray, string>();

/** The same client, of which every statement is told. Nothing is sent earlier or later than without it. */
export function observeSql<Sql extends postgres.ISql>(sql: Sql, observer: DatabaseObserver): Sql {
  return new Proxy(sql, {
    apply(target, thisArg, args: Parameters<Tag>) {
      const made: unknown = Reflect.apply(target as unknown as Tag, thisArg, args);
      const [strings] = args;
      // sql(name) and sql(rows) make parts of statements.
      return isQuery(made) && Array.isArray(strings) && "raw" in strings
        ? observeQuery(made, () => textOf(strings), observer)
        : made;
    },
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== "function") return value;
      if (name === "unsafe") {
        return (text: string, ...rest: readonly unknown[]) => {
          const made: unknown = Reflect.apply(value, target, [text, ...rest]);
          return isQuery(made) ? observeQuery(made, () => text, observer) : made;
        };
      }
      if (name !== "begin" && name !== "savepoint") return value;
      return (...args: readonly unknown[]) =>
        Reflect.apply(value as Begin, target, [...args.slice(0, -1), observeWork(args.at(-1), observer)]);
    },
  });
}

/** The statements of a transaction are told of too. */
function observeWork(work: unknown, observer: DatabaseObserver): unknown {
  if (typeof work !== "function") return work;
  return (transaction: postgres.TransactionSql) => Reflect.apply(work, undefined, [observeSql(transaction, observer)]);
}

function isQuery(value: unknown): value is Query {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

/** A query is sent when somebody waits for it, and not before: as a part of another one it never is. */
function observeQuery<Made extends Query>(query: Made, textOfQuery: () => string, observer: DatabaseObserver): Made {
  const then = query.then.bind(query);
  let isTold = false;
  const observed: Query["then"] = (onDone, onFailed) => {
    if (!isTold) {
      isTold = true;
      const end = observer.statement(textOfQuery());
      then(
        () => end(),
        (error: unknown) => end(error),
      );
    }
    return then(onDone, onFailed);
  };
  // Awaiting, catching and finally all come down to it.
  replaceMethod(query, "then", observed);
  return query;
}

function replaceMethod<Owner extends object, Name extends keyof Owner>(
  owner: Owner,
  name: Name,
  value: Owner[Name],
): void {
  Reflect.defineProperty(owner, name, { value });
}

function textOf(strings: TemplateStringsArray): string {
  const known = texts.get(strings);
  if (known !== undefined) return known;
  const text = strings.reduce((whole, part, index) => `${whole}$${index}${part}`);
  texts.set(strings, text);
  return text;
}
