"""Questions that scripts answer inside of a page; each gives what is wrong, [] if nothing is."""

# Of every text that can be seen, those whose contrast to what lies behind is below 4.5 to 1.
FAINT = """() => {
    const parse = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
    const linear = (one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    const luminance = (colour) => [0.2126, 0.7152, 0.0722]
        .reduce((sum, weight, at) => sum + weight * linear(colour[at] / 255), 0);
    const behind = (node) => {
        for (let one = node; one; one = one.parentElement) {
            const colour = parse(getComputedStyle(one).backgroundColor);
            if ((colour[3] ?? 1) === 1) return colour;
        }
        return [255, 255, 255];
    };
    const contrast = (node) => {
        const own = luminance(parse(getComputedStyle(node).color));
        const other = luminance(behind(node));
        return (Math.max(own, other) + 0.05) / (Math.min(own, other) + 0.05);
    };
    const faint = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const text = walker.currentNode.data.trim();
        const node = walker.currentNode.parentElement;
        if (!text || !node.checkVisibility({ visibilityProperty: true })) continue;
        if (node.closest("script, style, .visually-hidden, .skip, noscript")) continue;
        if (contrast(node) < 4.5) faint.push(`${text.slice(0, 40)}: ${contrast(node).toFixed(2)}`);
    }
    return faint;
}"""

# What can be used but has no name for those who do not see it.
NAMELESS = """() => {
    const kinds = "button, a[href], input, select, textarea, summary, [role=region], nav, aside";
    const named = (node) => (node.getAttribute("aria-labelledby") ?? "").split(" ")
        .map((id) => document.getElementById(id)?.textContent ?? "").join("");
    const name = (node) => node.getAttribute("aria-label") || named(node)
        || node.labels?.[0]?.textContent || node.textContent;
    return [...document.querySelectorAll(kinds)]
        .filter((node) => node.checkVisibility({ visibilityProperty: true }) && !name(node).trim())
        .map((node) => node.outerHTML.slice(0, 80));
}"""

# What reaches over the edge of the window.
WIDE = """() => [...document.querySelectorAll("body *")]
    .filter((node) => node.checkVisibility({ visibilityProperty: true }))
    .filter((node) => !node.closest(".visually-hidden, .skip, svg"))
    .filter((node) => !node.parentElement.closest("pre, table"))
    .filter((node) => {
        const { width, left, right } = node.getBoundingClientRect();
        return width && (right > innerWidth + 1 || left < -1);
    })
    .map((node) => node.outerHTML.slice(0, 80))"""
