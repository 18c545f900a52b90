// What of a page may be kept as evidence: the card of a setting and `main`, each with what speaks against its
// picture or its text, and the card's HTML by allow-list. Evaluated in one turn; `page` is page.js.
(page) => ({ key }) => {
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
  const isIn = (part, el) => Boolean(up(el, (node) => node === part));
  const everything = roots().map(({ root }) => root).filter((root) => root === document || root instanceof ShadowRoot)
    .flatMap((root) => all("*", root)).filter((el) => el.ownerDocument === document);
  const seen = (el) => rendered(el) && el.checkVisibility({ opacityProperty: true, checkOpacity: true });
  // An element's own words may stand outside its box.
  const words = (el) => [...el.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const around = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return boxOf(range);
  };
  const touches = (box, el) => [boxOf(el), ...words(el).map(around)].some((own) =>
    own.width > 1 && own.height > 1 && own.x < box.x + box.width && own.x + own.width > box.x
      && own.y < box.y + box.height && own.y + own.height > box.y);

  // Another person may be where there is a link to one, their number, a picture, or what cannot be looked into.
  const names = (el) => (el.localName === "a" && PERSON.test(el.pathname))
    || el.getAttributeNames().some((name) => URN.test(el.getAttribute(name)));
  const pictures = (el) => {
    const { width, height } = boxOf(el);
    if (width <= LARGEST_ICON && height <= LARGEST_ICON) return false;
    return el.matches(PICTURES) || (opaque(el) && ![...el.children].some(rendered))
      || /url\("?(?!data:image\/svg)/.test(getComputedStyle(el).backgroundImage);
  };
  const tells = (el) => pictures(el) || words(el).length > 0
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
    const whole = boxOf(part), edge = boxOf(owner);
    if (!whole.width || !whole.height) return null;
    const x = Math.max(0, edge.x, whole.x - margin), y = Math.max(0, edge.y, whole.y - margin);
    const right = Math.min(edge.x + edge.width, whole.x + whole.width + margin);
    const bottom = Math.min(edge.y + edge.height, whole.y + whole.height + margin);
    const box = { x, y, width: right - x, height: bottom - y };
    const drawn = everything.filter((el) => !el.contains(owner) && touches(box, el) && seen(el));
    const inside = everything.filter((el) => isIn(part, el));
    return {
      box, place: placeOf(part),
      covered: drawn.some((el) => !isIn(owner, el) && tells(el) && !up(el, (node) => node.matches(NOTICES))),
      shownPeople: drawn.some((el) => names(el) || pictures(el)),
      namedPeople: inside.some((el) => names(el) || pictures(el)),
    };
  };

  const fields = roots().flatMap(({ root }) => all(SECRETS, root));
  const { main, card } = page.parts(key);
  return {
    path: location.pathname,
    secretShown: fields.some(rendered),
    secretThere: fields.length > 0,
    main: described(main, 0),
    card: described(card, MARGIN),
    html: card && markup(card).slice(0, 20001), // one more than is kept: capture.py
  };
}
