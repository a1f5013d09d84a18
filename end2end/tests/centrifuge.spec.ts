// The official Centrifuge client, as a program in Node uses it: what INTERFACES promises at /connection/websocket holds for clients
// that others wrote.

import { Centrifuge, type PublicationContext, type SubscribedContext, type Subscription } from "centrifuge";
import { WebSocket } from "ws";
import { type Server, expect, someone, test } from "../fixtures.ts";

// No page is opened here.
test.use({ javaScriptEnabled: false });

const open: Centrifuge[] = [];

test.afterEach(() => {
  for (const client of open.splice(0)) client.disconnect();
});

/** An account's name and API token, made at the machine itself. */
function member(server: Server, called: string): { name: string; token: string } {
  const who = someone(called);
  server.cli(["user", "add", who.name, "--email", who.email], `${who.password}\n`);
  return { name: who.name, token: server.cli(["user", "token", who.name]).trim().split("\n").at(-1) ?? "" };
}

function centrifuge(url: string, token: string): Centrifuge {
  const endpoint = `${url.replace(/^http/, "ws")}/connection/websocket`;
  const client = new Centrifuge(endpoint, { token, websocket: WebSocket, minReconnectDelay: 50, maxReconnectDelay: 200 });
  open.push(client);
  return client;
}

async function connected(url: string, token: string): Promise<Centrifuge> {
  const client = centrifuge(url, token);
  client.connect();
  await client.ready(10_000);
  return client;
}

/** A standing subscription, and what was published on it so far. */
async function subscribed(client: Centrifuge, channel: string): Promise<{ sub: Subscription; heard: PublicationContext[] }> {
  const heard: PublicationContext[] = [];
  const sub = client.newSubscription(channel);
  sub.on("publication", (publication) => heard.push(publication));
  sub.subscribe();
  await sub.ready(10_000);
  return { sub, heard };
}

const data = (heard: PublicationContext[]) => heard.map((publication) => publication.data);

test("subscribes, publishes, and is told what others publish and who they are", async ({ server }) => {
  const [ada, bob] = [member(server, "Ada"), member(server, "Bob")];
  const [a, b] = [await connected(server.url, ada.token), await connected(server.url, bob.token)];
  const channel = `echo:${ada.name}`;
  const here = await subscribed(a, channel);
  const there = await subscribed(b, channel);
  await here.sub.publish({ n: 1 });
  await here.sub.publish({ n: 2 });
  await expect.poll(() => data(there.heard)).toEqual([{ n: 1 }, { n: 2 }]);
  expect(there.heard.map((publication) => publication.offset)).toEqual([1, 2]);
  expect(there.heard[0].info?.connInfo).toMatchObject({ name: ada.name });
  await expect.poll(() => data(here.heard)).toEqual([{ n: 1 }, { n: 2 }]);
});

test("asks for history in either direction and from a position", async ({ server }) => {
  const ada = member(server, "Ada");
  const { sub } = await subscribed(await connected(server.url, ada.token), `echo:${ada.name}`);
  for (let n = 1; n <= 5; n++) await sub.publish(n);
  const all = await sub.history({ limit: 100 });
  expect(all.publications.map((publication) => publication.data)).toEqual([1, 2, 3, 4, 5]);
  expect(all.offset).toBe(5);
  const newest = await sub.history({ limit: 2, reverse: true });
  expect(newest.publications.map((publication) => publication.data)).toEqual([5, 4]);
  const later = await sub.history({ limit: 100, since: { epoch: all.epoch, offset: 3 } });
  expect(later.publications.map((publication) => publication.data)).toEqual([4, 5]);
  await expect(sub.history({ limit: 1, since: { epoch: "another", offset: 3 } })).rejects.toMatchObject({ code: 112 });
});

test("sees who is present, and is told who comes and goes", async ({ server }) => {
  const [ada, bob] = [member(server, "Ada"), member(server, "Bob")];
  const a = await connected(server.url, ada.token);
  const channel = `echo:${ada.name}`;
  const seen: string[] = [];
  const sub = a.newSubscription(channel, { joinLeave: true });
  sub.on("join", ({ info }) => seen.push(`+${(info.connInfo as { name: string }).name}`));
  sub.on("leave", ({ info }) => seen.push(`-${(info.connInfo as { name: string }).name}`));
  sub.subscribe();
  await sub.ready(10_000);
  const b = await connected(server.url, bob.token);
  await subscribed(b, channel);
  const presence = await sub.presence();
  const names = Object.values(presence.clients).map((info) => (info.connInfo as { name: string }).name);
  expect(names.sort()).toEqual([ada.name, bob.name].sort());
  expect(await sub.presenceStats()).toMatchObject({ numClients: 2, numUsers: 2 });
  b.disconnect();
  await expect.poll(() => seen).toEqual([`+${ada.name}`, `+${bob.name}`, `-${bob.name}`]);
});

test("recovers what it missed while the line was cut, each once and in order", async ({ server, link }) => {
  const [ada, bob] = [member(server, "Ada"), member(server, "Bob")];
  const cut = await connected(link.url, ada.token);
  const whole = await connected(server.url, bob.token);
  const channel = `echo:${ada.name}`;
  const { sub, heard } = await subscribed(cut, channel);
  const writer = await subscribed(whole, channel);
  await writer.sub.publish("before");
  await expect.poll(() => data(heard)).toEqual(["before"]);
  const away = new Promise((done) => sub.once("subscribing", done));
  const back = new Promise<SubscribedContext>((done) => sub.once("subscribed", done));
  link.cut();
  await away;
  await writer.sub.publish("missed 1");
  await writer.sub.publish("missed 2");
  link.mend();
  expect(await back).toMatchObject({ wasRecovering: true, recovered: true });
  await writer.sub.publish("after");
  await expect.poll(() => data(heard)).toEqual(["before", "missed 1", "missed 2", "after"]);
});

test("recovers a room's messages from the log, over a restart of the server too", async ({ server }) => {
  const ada = member(server, "Ada");
  const client = await connected(server.url, ada.token);
  const { sub, heard } = await subscribed(client, "chat:general");
  const say = async (text: string) => {
    const answer = await fetch(`${server.url}/api/rooms/general/messages`, {
      method: "POST",
      headers: { authorization: `Bearer ${ada.token}`, "content-type": "application/json" },
      body: JSON.stringify({ text }),
    });
    expect(answer.ok, await answer.text()).toBe(true);
  };
  const texts = () => data(heard).map((event) => (event as { posted: { text: string } }).posted.text);
  await say("before");
  await expect.poll(texts).toEqual(["before"]);
  const shutdown = new Promise((done) => client.once("connecting", done));
  const back = new Promise<SubscribedContext>((done) => sub.once("subscribed", done));
  await server.down();
  expect(await shutdown).toMatchObject({ code: 3001, reason: "shutdown" });
  await server.up();
  expect(await back).toMatchObject({ wasRecovering: true, recovered: true });
  await say("after");
  await expect.poll(texts).toEqual(["before", "after"]);
});

test("leaves a channel and follows it again", async ({ server }) => {
  const ada = member(server, "Ada");
  const client = await connected(server.url, ada.token);
  const { sub, heard } = await subscribed(client, `echo:${ada.name}`);
  sub.unsubscribe();
  await client.publish(`echo:${ada.name}`, "unheard");
  sub.subscribe();
  await sub.ready(10_000);
  await sub.publish("heard");
  await expect.poll(() => data(heard)).toContain("heard");
});

test("a wrong token is refused for good", async ({ server }) => {
  const token = "not a token";
  const client = centrifuge(server.url, token);
  const disconnected = new Promise((done) => client.once("disconnected", done));
  client.connect();
  expect(await disconnected).toMatchObject({ code: 3500, reason: "invalid token" });
});

test("refusals come with the protocol's codes, and the connection goes on", async ({ server }) => {
  const ada = member(server, "Ada");
  const client = await connected(server.url, ada.token);
  for (const [channel, code] of [["chat:nowhere", 102], ["nothing", 102]] as const) {
    const sub = client.newSubscription(channel);
    const refused = new Promise((done) => sub.once("unsubscribed", done));
    sub.subscribe();
    expect(await refused, channel).toMatchObject({ code });
  }
  await expect(client.rpc("no such method", {})).rejects.toMatchObject({ code: 104 });
  expect((await client.rpc("greet", {})).data).toBe("Hello, Navigator!");
  const stranger = await connected(server.url, "");
  await expect(stranger.presence("chat:general")).rejects.toMatchObject({ code: 101 });
});

test("a batch of commands is answered as one", async ({ server }) => {
  const ada = member(server, "Ada");
  const client = await connected(server.url, ada.token);
  const channel = `echo:${ada.name}`;
  client.startBatching();
  const answers = [1, 2, 3].map((n) => client.publish(channel, n));
  const history = client.history(channel, { limit: 10 });
  client.stopBatching();
  await Promise.all(answers);
  expect((await history).publications.map((publication) => publication.data)).toEqual([1, 2, 3]);
});
