// What the prose check rejects, and what to write instead. The matching ignores case; each rule is `[pattern, instead]`.

/** Phrases that contain a rejected word in its usual sense. They are removed before the rules are applied. */
export const exceptions = [
  // File paths
  /[\w.-]+\/[\w./-]+/g,
  /\b(?:plain|rich|alt|prompt) text\b/g,
  /\bplaces? in (?:a|the) (?:bounded )?(?:queue|list)\b/g,
  /\btext (?:editor|field|file|form|format|node)s?\b/g,
];

export const rules = [
  // Conditions and negations
  [
    /(?<!\b(?:decides?|shows?|knows?|sees?|finds?|asks|from) )\bwhere (?!to\b)(?=\w)/,
    'if, when, unless, in which',
  ],
  [
    /(?<!\bthere (?:will |can )?)\b(?:is|are|was|were|be|being) no (?!longer|more|less|later|earlier|other)\w+/,
    'is not a',
  ],
  [/(?<!\bthere )\b(?:is|are|was|were|be|gives|takes|names|says|gets) none\b(?! of)/, 'no …, not a …'],
  [/\bnone (?:where|that|came|comes)\b/, 'no …, not a …'],
  [/\b(?:nobody|somebody|whoever|whomever|everybody|one's own)\b/, 'the caller, the client, no caller'],
  [/\bfor (?:people|humans)\b/, 'readable'],
  [/\b(?:shall|ought)\b/, 'must'],
  [/\b(?:is|are|was|were) to be\b/, 'must be'],

  // The technical term
  [/\banswer(?:s|ed|ing|able)?\b/, 'response, respond, return'],
  [/\bfault(?:s|y|less)?\b/, 'error, failure, invalid'],
  [
    /\b(?:a|the|each|every|any|this|that|whose|its|of|in|as|no|one|another|same) text\b/,
    'string, document, message',
  ],
  [/\btexts\b/, 'strings, documents, messages'],
  [
    /\b(?:its|their|own|the|a|that|which|each|every|another|same|right) (?:own )?places?\b/,
    'path, position, value',
  ],
  [/\b(?:own|its|their|upstream's|Galileo's|the|a) words?\b|\bwords? of\b/, 'value, name, message'],
  [
    /\bwhat (?:came|comes|has come|had come|is there|was there|there is)\b/,
    'the value, the input, the result',
  ],
  [/\b(?:direct|general|ordinary|both|two|one) ways?\b|\bthe way of\b/, 'path (of a request), how'],
  [/\bhole\b/, 'vulnerability'],
  [/\bcrews?\b/, 'worker pool'],
  [/\bmisfits?\b/, 'invalid value'],
  [/\bneighbours?\b/, 'other providers, siblings'],
  [/\b(?:own|separate|bigger|smaller) rooms?\b/, 'space, directory, module'],
  [/\bpieces?\b/, 'part, chunk'],
  [/\btroubles\b/, 'affects'],

  // Verbs and idioms
  [/\b(?:goes|go|went|going|gone) (?:along|out|away|wrong with|with)\b/, 'forwarded, removed, disconnects'],
  [/\b(?:took|taken?|takes|taking) back\b/, 'removed, undone'],
  [/\b(?:held|hold|holds|holding) (?:\w+ ){0,4}against\b/, 'compared with'],
  [/\btold\b/, 'reported, documented, says'],
  [/\b(?:can|could|cannot|to|may|be) (?:not )?be had\b/, 'available'],
  [/\bunwell\b|\bwell again\b/, 'unavailable, recovers'],
  [/\bmend(?:s|ed|ing)?\b/, 'fix'],
  [/\banew\b/, 'again'],
  [/\bbesides?\b/, 'next to, in addition to'],
  [/\bat once\b/, 'immediately, or in parallel'],
  [/\bof (?:its|their|his|your|our|my) own\b/, 'its own …, separate'],
  [/\bby (?:itself|themselves)\b/, 'automatically, alone'],
  [
    /\bas (?:it|they) (?:is|are|was|were|came|come)\b(?! (?:\w+(?:ed|en)|read|sent|set|after|before|in|on)\b)/,
    'unchanged',
  ],
  [/\b(?:costs?|costing) (?:itself|its own|nobody)\b/, 'affects only'],
  [/\b(?:lies|lie|lying|stands|stand|stood) (?:in|by|beside|under|there|behind|on)\b/, 'is in, is next to'],
  [/\bthereby|thereof|therein|whereof|wherein|hence|henceforth\b/, 'so, therefore'],
  [/\bhowever (?:much|many|long|often|large|deep)\b/, 'regardless of'],
  [/\b(?:have|has|had) (?:it|them) that\b/, 'with'],

  // Prepositions and tenses
  [/\bat (?:the )?start\b(?! of\b)|\bits start\b/, 'at startup, when it starts'],
  [/\b(?:until|when|before) [^.]{0,40}\bwas sent\b/, 'has been sent'],
  [/\bsome \d/, 'about'],
  [/, also (?:with|for|of|in|while)\b/, 'including, even'],
  [/\b(?:messages?|responses?|strings?|numbers) of (?:upstream|Galileo|the gateway|a plugin)\b/, 'from'],
  [/\b(?:errors?|bugs?) of (?:upstream|Galileo|the gateway|a plugin)\b/, 'from, in'],
  [/\(before:/, 'was'],

  // Indefinite words
  [/\b(?:whatever|whichever|wherever|no one)\b/, 'any, regardless of, the caller'],
  [/\bthere (?:is|are|was|were) no such\b/, 'does not exist'],
  [/\bthat (?:is|are|was|were) (?:already )?there\b|\b(?:is|are) all there\b/, 'existing, exists, complete'],
  [
    /\b(?:every|any|no|all|nothing|anything|everything) (?:\w+ )?but (?:the|a|an|one|what|its|those)\b/,
    'except',
  ],
  [/\b(?:asks? for|looks? at|shares?|holds?|tells?|takes?) nothing\b/, 'does not …'],
  [/\b(?:has|have|had) (?:a |no )?room\b/, 'can contain, has space'],
  [/\bthe least (?:that|there)\b|\bthe most of\b/, 'minimum, maximum, only the required …'],
  [/\bin words\b/, 'as a message'],

  // Verbs
  [/\btells? (?:of|neither|apart|it|in)\b|\btells? \S+ from\b/, 'reports, contains, distinguishes'],
  [/\b(?:has|have|had) come\b|\bthat came\b|\bcomes? back\b/, 'has arrived, was sent, is returned'],
  [/\bdoes no harm\b|\bstays? behind\b|\bleaves? nothing behind\b/, 'does not affect, is not forwarded'],
  [/\bhands? (?:on|out)\b|\bhanded (?:on|out)\b|\bhanding\b/, 'passes, returns'],
  [/\btakes? note\b|\bremembers? a\b/, 'registers, stores'],
  [/\blets? [^.,;:]{1,40} through\b/, 'allows'],
  [/\bgets? away with\b|\bat the door\b|\bgoes on\b|\bworked off\b/, 'continues, succeeds, is processed'],
  [/\bgive[sn]? way\b|\bseldom\b|\bfor ever\b|\bnow and then\b/, 'is overridden, rarely, permanently'],
  [/\bpast (?:the|its|their|all|\d|MAX_|SHUTDOWN_)/, 'beyond, after'],
  [/\bnever goes back\b|\bnames and values in turn\b|\bby turns\b/, 'monotonic, alternating'],
  [
    /\bcosts? (?:its|that|at most its|the nearest|a) (?:own )?(?:field|item|entity|line)\b/,
    'affects only, fails',
  ],
  [
    /\bof (?:upstream|undici|graphql-js|yoga|the gateway|the server|the caller|Galileo)['’]s(?= (?:that|which|is|are|and|or|has)\b|[.,;:)])/,
    'of …, without the possessive',
  ],
  [/\ball the same\b(?! \w)/, 'anyway'],
];
