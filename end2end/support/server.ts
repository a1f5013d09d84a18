// A fresh Flotilla: the built program, a free port, a data folder of its own that goes with it.
//
// Which program: FLOTILLA_BIN, else the newest debug build (`cargo build`, `cargo leptos build`). Which site: LEPTOS_SITE_ROOT, else
// target/site, where scripts/build.sh and cargo-leptos leave it.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(fileURLToPath(import.meta.url), "../../..");
const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");

/** The program under test. */
export const program = process.env.FLOTILLA_BIN ?? newestBuild();

function newestBuild(): string {
  const targets = process.env.CARGO_TARGET_DIR
    ? [process.env.CARGO_TARGET_DIR]
    : [join(cache, "flotilla/target"), join(root, "target")];
  const built = targets.map((target) => join(target, "debug/flotilla"));
  const age = (path: string) => (existsSync(path) ? -statSync(path).mtimeMs : 0);
  return built.sort((a, b) => age(a) - age(b))[0];
}

/** How long a server may take to answer /readyz on a busy machine with two cores. */
const START_MS = 20_000;
/** INTERFACES: SIGTERM ends the program within 10 s. */
const STOP_MS = 11_000;

export class Server {
  /** Everything that the program printed, for a failed test's report. */
  log = "";
  readonly data: string;
  private child?: ChildProcess;
  private port = 0;

  private constructor(private readonly args: string[]) {
    this.data = mkdtempSync(join(tmpdir(), "flotilla-e2e-"));
  }

  /** Starts one with these flags of `flotilla serve` added, and waits until it is ready for traffic. */
  static async start(...args: string[]): Promise<Server> {
    const server = new Server(args);
    await server.up();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get wsUrl(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  get address(): { host: string; port: number } {
    return { host: "127.0.0.1", port: this.port };
  }

  /** Runs `flotilla ARGS…` on this server's data, and gives what it printed on stdout. */
  cli(args: string[], input = ""): string {
    const done = spawnSync(program, args, { env: this.env(), cwd: this.data, input, encoding: "utf8" });
    if (done.status !== 0) {
      throw new Error(`flotilla ${args.join(" ")} ended with ${done.status}: ${done.stderr}`);
    }
    return done.stdout;
  }

  /** Starts the program again on the same port and data, after `down()` or `kill()`. */
  async up(): Promise<void> {
    const addr = `127.0.0.1:${this.port}`;
    const child = spawn(program, ["serve", "--addr", addr, ...this.args], {
      env: this.env(),
      cwd: this.data,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child = child;
    this.port = await this.listening(child);
    await this.ready();
  }

  /** SIGTERM, and waits for the end. */
  async down(): Promise<number | null> {
    return this.end("SIGTERM");
  }

  /** SIGKILL: nothing is finished, nothing is said to anyone. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** Ends the program and takes its data away. */
  async remove(): Promise<void> {
    await this.end("SIGKILL");
    rmSync(this.data, { recursive: true, force: true });
  }

  private env(): NodeJS.ProcessEnv {
    return {
      PATH: process.env.PATH,
      HOME: this.data,
      FLOTILLA_DATA: join(this.data, "data"),
      LEPTOS_SITE_ROOT: process.env.LEPTOS_SITE_ROOT ?? join(root, "target/site"),
      LEPTOS_OUTPUT_NAME: "flotilla",
    };
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.child;
    this.child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = new Promise<number | null>((done) => child.once("exit", (code) => done(code)));
    child.kill(signal);
    return within(STOP_MS, ended, () => `the server did not end after ${signal}:\n${this.log}`);
  }

  /** The port, read from the line in which the program says where it listens. */
  private listening(child: ChildProcess): Promise<number> {
    const found = new Promise<number>((done, fail) => {
      const read = (chunk: Buffer) => {
        this.log += chunk;
        const port = this.port || Number(/127\.0\.0\.1:([1-9]\d*)/.exec(this.log)?.[1] ?? 0);
        if (port) done(port);
      };
      child.stdout?.on("data", read);
      child.stderr?.on("data", read);
      child.once("error", fail);
      child.once("exit", (code) => fail(new Error(`${program} ended with ${code}:\n${this.log}`)));
    });
    return within(START_MS, found, () => `the server never said where it listens:\n${this.log}`);
  }

  private async ready(): Promise<void> {
    const end = Date.now() + START_MS;
    for (;;) {
      const answer = await fetch(`${this.url}/readyz`).catch(() => undefined);
      if (answer?.ok) return;
      if (Date.now() > end) throw new Error(`the server was never ready (${answer?.status}):\n${this.log}`);
      await new Promise((again) => setTimeout(again, 50));
    }
  }
}

function within<T>(ms: number, what: Promise<T>, why: () => string): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(why())), ms);
  });
  return Promise.race([what, late]).finally(() => clearTimeout(timer));
}
