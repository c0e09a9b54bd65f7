import { createContext, type ReactNode, useContext } from "react";
import ReactMarkdown, { type Options } from "react-markdown";
import rehypeSanitize, { defaultSchema } from "rehype-sanitize";
import remarkGfm from "remark-gfm";
import { MENTION_CLASS, remarkMentions } from "./remark-mentions.ts";

type Plugins = NonNullable<Options["remarkPlugins"]>;

const REHYPE_PLUGINS: Plugins = [
  [
    rehypeSanitize,
    { ...defaultSchema, attributes: { ...defaultSchema.attributes, span: [["className", MENTION_CLASS]] } },
  ],
];
const REMARK_PLUGINS: Plugins = [remarkGfm];

const WithinLink = createContext(false);

type ExternalLinkProps = { href: string | undefined; title: string | undefined; children: ReactNode };

const ExternalLink = ({ href, title, children }: ExternalLinkProps) => (
  <a href={href} title={title} target="_blank" rel="noopener noreferrer nofollow">
    <WithinLink value={true}>{children}</WithinLink>
  </a>
);

/** Shows an image as a link: loading it would tell its host who reads the task, and when. */
const ImageLink = ({
  src,
  alt,
  title,
}: {
  src: string | undefined;
  alt: string | undefined;
  title: string | undefined;
}) => {
  const text = alt || src;
  return useContext(WithinLink) || !src ? (
    text
  ) : (
    <ExternalLink href={src} title={title}>
      {text}
    </ExternalLink>
  );
};

type MarkdownProps = {
  text: string;
  /** Names by id; with it, `@[userId]` is shown as a mention. */
  people?: ReadonlyMap<string, string> | undefined;
  /** Stands for the name of a person who is not in `people`. */
  unknownPerson?: string | undefined;
};

/** Renders user-written Markdown, sanitized. Links open in a new tab. */
export const Markdown = ({ text, people, unknownPerson = "?" }: MarkdownProps) => (
  <div className="prose">
    <ReactMarkdown
      remarkPlugins={
        people
          ? [...REMARK_PLUGINS, [remarkMentions, { nameOf: (id: string) => people.get(id) ?? unknownPerson }]]
          : REMARK_PLUGINS
      }
      rehypePlugins={REHYPE_PLUGINS}
      components={{
        a: ({ href, title, children }) => (
          <ExternalLink href={href} title={title}>
            {children}
          </ExternalLink>
        ),
        img: ({ src, alt, title }) => (
          <ImageLink src={typeof src === "string" ? src : undefined} alt={alt} title={title} />
        ),
      }}
    >
      {text}
    </ReactMarkdown>
  </div>
);
