// The package brings no types of its own.
declare module "cluster-key-slot" {
  /** The slot of a key or channel, 0 to 16383: of what is in its first braces, or of all of it. */
  export default function slotOf(key: string): number;
}
