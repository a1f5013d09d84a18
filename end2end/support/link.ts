// The line between a browser and the server, in the test's hands: a TCP proxy that can be cut, held and mended.
// (Playwright's `setOffline` leaves WebSockets that are already open alone.)

import { type AddressInfo, type Server as Listener, type Socket, connect, createServer } from "node:net";

export class Link {
  private readonly sockets = new Set<Socket>();
  private state: "open" | "cut" | "held" = "open";
  /** How many connections were taken so far, those refused while cut not counted. */
  connections = 0;

  private constructor(
    private readonly listener: Listener,
    private readonly to: { host: string; port: number },
  ) {}

  static async to(to: { host: string; port: number }): Promise<Link> {
    const listener = createServer();
    const link = new Link(listener, to);
    listener.on("connection", (socket) => link.join(socket));
    await new Promise<void>((done) => listener.listen(0, "127.0.0.1", done));
    return link;
  }

  /** Where a browser finds the server by way of this line. */
  get url(): string {
    return `http://127.0.0.1:${(this.listener.address() as AddressInfo).port}`;
  }

  /** Ends every connection at once and refuses new ones, as when the cable is pulled and that is noticed. */
  cut(): void {
    this.state = "cut";
    for (const socket of this.sockets) socket.destroy();
  }

  /** Ends every connection at once; new ones are welcome. */
  drop(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** Lets nothing through but keeps the connections, as a network that has gone silent. */
  hold(): void {
    this.state = "held";
    for (const socket of this.sockets) socket.pause();
  }

  /** All is well again; what was held goes through. */
  mend(): void {
    this.state = "open";
    for (const socket of this.sockets) socket.resume();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((done) => this.listener.close(done));
  }

  private join(near: Socket): void {
    if (this.state === "cut") {
      near.destroy();
      return;
    }
    this.connections += 1;
    const far = connect(this.to);
    this.pass(near, far);
    this.pass(far, near);
  }

  private pass(from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.setNoDelay(true);
    from.on("data", (chunk) => {
      if (!to.write(chunk)) from.pause();
    });
    to.on("drain", () => {
      if (this.state !== "held") from.resume();
    });
    from.on("end", () => to.end());
    from.on("error", () => to.destroy());
    from.on("close", () => {
      this.sockets.delete(from);
      to.destroySoon();
    });
    if (this.state === "held") from.pause();
  }
}
