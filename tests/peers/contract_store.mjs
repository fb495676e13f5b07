// What the contract server remembers, and the forms in which each place tells it.

const ACCOUNT = '695a15a5c526dbe7c085ece2';
const LINE = '1003427786179738';
const hex = (number, digits) => number.toString(16).padStart(digits, '0');

/** A world of `options.conversations` conversations with two messages each, the newest conversation first. */
export function makeStore(options, era) {
  const started = Date.parse('2026-11-22T10:00:00.000Z');
  let clock = started;
  let counter = 0;
  // A second a message, unless the test needs the machine's own time; no two messages share a moment.
  const now = () => new Date((clock = options.clock === 'real' ? Math.max(clock + 1, Date.now()) : clock + 1000)).toISOString();
  const conversations = [];
  const messages = [];
  const names = ['Dana Ó Briain', 'فاطمہ علی', 'Ken', '山田 太郎', 'Maria López'];

  const store = {
    account: ACCOUNT,
    line: LINE,
    conversations,
    messages,

    /** By either id. */
    find: (id) => conversations.find((c) => c._id === id || c.comp === id),
    /** By an id that the era's paths take. */
    byPath: (id) => conversations.find((c) => (era.accepts !== 'comp' && c._id === id) || (era.accepts !== 'oid' && c.comp === id)),
    byPhone: (phone) => conversations.find((c) => c.userPhone === phone),

    /** A new conversation; `phone` is its customer's, made up where it is no phone. */
    add(phone) {
      const number = conversations.length;
      const userPhone = /^[0-9]{10,15}$/.test(phone ?? '') ? phone : `92300${1234560 + number}`;
      const at = now();
      const conversation = {
        _id: `6b02ca344e517f5f5b27${hex(0xe300 + number, 4)}`,
        comp: `${ACCOUNT}_${LINE}_${userPhone}`,
        userPhone,
        userName: names[number % names.length],
        lastMessageAt: at,
        lastMessagePreview: '',
        lastMessageType: 'text',
        status: 'open',
        unreadCount: 0,
        createdAt: at,
        updatedAt: at,
      };
      conversations.push(conversation);
      return conversation;
    },

    keep(conversation, extra) {
      counter += 1;
      const at = now();
      const message = {
        accountId: ACCOUNT,
        phoneNumberId: LINE,
        conversationId: conversation._id,
        waMessageId: `wamid.TEST${hex(counter, 8)}`,
        recipientPhone: conversation.userPhone,
        recipientName: conversation.userName,
        messageType: 'text',
        status: 'delivered',
        direction: 'inbound',
        campaign: 'manual',
        sentAt: at,
        _id: `6b02cdee${hex(counter, 16)}`,
        statusUpdates: [],
        createdAt: at,
        updatedAt: at,
        __v: 0,
        ...extra,
      };
      messages.push(message);
      conversation.lastMessageAt = conversation.updatedAt = at;
      conversation.lastMessagePreview = message.content.text ?? '';
      return message;
    },

    inbound(conversation, { text, wamid, name }) {
      conversation.unreadCount += 1;
      if (name) conversation.userName = name;
      const extra = { content: { text: text ?? 'Hello', templateParams: [] } };
      if (wamid) extra.waMessageId = wamid;
      if (name) extra.recipientName = name;
      return store.keep(conversation, extra);
    },

    outbound: (conversation, text) =>
      store.keep(conversation, { direction: 'outbound', status: 'sent', content: { text, templateParams: [] } }),

    /** A row of the list. */
    row: (c) => ({ ...store.raw(c), conversationId: era.list === 'comp' ? c.comp : c._id }),
    /** The row as stored: its `conversationId` is the composite. */
    raw({ comp, ...conversation }) {
      return { accountId: ACCOUNT, workspaceId: ACCOUNT, phoneNumberId: LINE, conversationId: comp, ...conversation, assignedAgentId: null, priority: 'normal', tags: [], __v: 0 };
    },
    /** A message as a thread carries it. */
    threadForm: (m) => (era.list === 'comp' ? { ...m, conversationId: store.find(m.conversationId).comp } : m),
    /** A message as `new_message` carries it: the composite eras leave its conversation out. */
    broadcastForm({ conversationId, ...message }) {
      return era.broadcast === 'comp' ? message : { ...message, conversationId };
    },
    /** `message.received`. */
    received: (m) => ({
      _id: m._id,
      conversationId: m.conversationId,
      senderName: m.recipientName,
      messageType: m.messageType,
      content: m.content,
      status: m.status,
      direction: m.direction,
      waMessageId: m.waMessageId,
      createdAt: m.createdAt,
    }),
    /** `conversation_update`: the name is always "Unknown", as the reference has it. */
    update(c) {
      const conversationId = era.update === 'comp' ? c.comp : c._id;
      return { ...store.raw(c), conversationId, userName: 'Unknown', userProfileName: 'Unknown', userProfilePic: null };
    },

    /** Newest first. */
    list: () => [...conversations].sort((a, b) => b.lastMessageAt.localeCompare(a.lastMessageAt)),
    thread: (c) => messages.filter((m) => m.conversationId === c._id),
  };

  for (let i = 0; i < (options.conversations ?? 5); i += 1) {
    const conversation = store.add();
    store.keep(conversation, { content: { text: `Question ${i}`, templateParams: [] } });
    store.outbound(conversation, `Answer ${i}`);
  }
  return store;
}
