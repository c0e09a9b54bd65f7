import { QueryClient } from "@tanstack/react-query";

/** The page's one query client. */
export const createQueryClient = (): QueryClient => new QueryClient();
