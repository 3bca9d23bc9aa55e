/** See hostile-texts.mjs: one trick each, repeated up to `size` characters. */
export const hostileTexts: readonly { name: string; make: (size: number) => string }[];
