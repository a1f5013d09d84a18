export const CHAT_BUDGET_BYTES: number;
export function counts(name: string): boolean;
export function onTheWire(bytes: Uint8Array): number;
