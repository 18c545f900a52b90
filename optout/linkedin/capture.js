// What of a page may be kept as evidence: the card of a setting and `main`, each with what speaks against its
// picture or its text, and the card's HTML by allow-list. Evaluated in one turn; `page` is page.js. `main` is described
// if it is asked for, or if there is no card.
(page) => ({ key, whole }) => {
  const { all, rendered, roots, opaque, boxOf } = page;
  const MARGIN = 12; // pixels around the card
  const LARGEST_ICON = 16; // pixels; the smallest picture of a person in a list has 24
  // A field of this kind may hold a secret, and a picture or a text of the page would keep it.
  const SECRETS = "input[type=password], input[autocomplete~='one-time-code'], input[name=pin]";
  const PICTURES = "img, picture, video, canvas, image, input[type=image], iframe, frame, object, embed";
  const PERSON = /^\/(in|pub|profile)\//;
  const URN = /urn:li:(member|person|fsd_profile|fs_profile|fs_miniprofile)\b/i;
  // The only things that may lie over a picture from outside: what the site asks everybody alike.
  const NOTICES = "[aria-modal=true], dialog:modal, .artdeco-global-alert--COOKIE_CONSENT, :has(> #signal-notice-medium)";

  const above = (node) => node.parentElement || node.getRootNode().host || null;
  const up = (node, found) => {
    while (node && !found(node)) node = above(node);
    return node;
  };
  const isIn = (part, el) => part.contains(el) || Boolean(up(el, (node) => node === part));
  const places = roots();
  const everything = places.flatMap(({ root }) => all("*", root)).filter((el) => el.ownerDocument === document);
  const seen = (el) => rendered(el) && el.checkVisibility({ opacityProperty: true, checkOpacity: true });
  const words = (el) => [...el.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const around = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return range.getBoundingClientRect();
  };
  const meet = (box, own) => own.width > 1 && own.height > 1 && own.left < box.right && own.right > box.left
    && own.top < box.bottom && own.bottom > box.top;
  // What an element holds may stand outside its box, words of its own too.
  const overflows = (el) => el.scrollWidth > el.clientWidth || el.scrollHeight > el.clientHeight;
  const touches = (box, el) => meet(box, el.getBoundingClientRect())
    || (overflows(el) && words(el).some((node) => meet(box, around(node))));

  // Another person may be where there is a link to one, their number, a picture, or what cannot be looked into.
  const known = new Map();
  const isNamed = (el) => (el.localName === "a" && PERSON.test(el.pathname))
    || el.getAttributeNames().some((name) => URN.test(el.getAttribute(name)));
  const isPicture = (el) => {
    const { width, height } = el.getBoundingClientRect();
    if (width <= LARGEST_ICON && height <= LARGEST_ICON) return false;
    return el.matches(PICTURES) || (opaque(el) && ![...el.children].some(rendered))
      || /url\("?(?!data:image\/svg)/.test(getComputedStyle(el).backgroundImage);
  };
  const mayBeSomebody = (el) => {
    if (!known.has(el)) known.set(el, isNamed(el) || isPicture(el));
    return known.get(el);
  };
  const tells = (el) => mayBeSomebody(el) || words(el).length > 0
    || el.matches("svg, input, button, select, textarea, progress, meter");

  const SECTIONS = "section article header footer main nav form fieldset legend div p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table thead tbody tr th td br hr";
  const KEPT = new Set(`${SECTIONS} span label input button a strong em b i small`.split(" "));
  const EMPTY = new Set(["input", "br", "hr"]);
  const STATES = /^(role|id|for|lang|dir|disabled|aria-[a-z]+)$/;
  const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const attributes = (el) => el.getAttributeNames()
    .filter((name) => STATES.test(name) || (name === "type" && el.localName === "input"))
    .map((name) => ` ${name}="${escaped(el.getAttribute(name).slice(0, 200))}"`).join("") + (el.checked ? " checked" : "");
  const markup = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return rendered(node.parentElement) ? escaped(node.data.replace(/\s+/g, " ")) : "";
    if (node.nodeType !== Node.ELEMENT_NODE) return "";
    const tag = node.localName;
    const inside = () => [...node.childNodes].map(markup).join("");
    if (tag.includes("-")) return inside();
    if (!KEPT.has(tag)) return "";
    return `<${tag}${attributes(node)}>` + (EMPTY.has(tag) ? "" : `${inside()}</${tag}>`);
  };

  // Where an element stands, as a selector that needs no name of the page's.
  const placeOf = (el) => el.parentElement
    ? `${placeOf(el.parentElement)} > :nth-child(${1 + [...el.parentElement.children].indexOf(el)})` : ":root";
  const described = (part, margin) => {
    if (!part) return null;
    const owner = up(part, (node) => node.matches("main, [role=main]")) || part;
    const own = boxOf(part), edge = boxOf(owner);
    if (!own.width || !own.height) return null;
    const x = Math.max(0, edge.x, own.x - margin), y = Math.max(0, edge.y, own.y - margin);
    const right = Math.min(edge.x + edge.width, own.x + own.width + margin);
    const bottom = Math.min(edge.y + edge.height, own.y + own.height + margin);
    const box = { x, y, width: right - x, height: bottom - y };
    const inView = new DOMRect(x - scrollX, y - scrollY, box.width, box.height);
    const drawn = everything.filter((el) => touches(inView, el) && !el.contains(owner) && seen(el));
    const inside = everything.filter((el) => isIn(part, el));
    return {
      box, place: placeOf(part),
      covered: drawn.some((el) => !isIn(owner, el) && tells(el) && !up(el, (node) => node.matches(NOTICES))),
      shownPeople: drawn.some(mayBeSomebody),
      namedPeople: inside.some(mayBeSomebody),
    };
  };

  const fields = places.flatMap(({ root }) => all(SECRETS, root));
  const { main, card } = page.parts(key);
  return {
    path: location.pathname,
    secretShown: fields.some(rendered),
    secretThere: fields.length > 0,
    main: whole || !card ? described(main, 0) : null,
    card: described(card, MARGIN),
    html: card && markup(card).slice(0, 20001), // one more than is kept: capture.py
  };
}
