import { Radios } from '../../parts/radios';

const labels = { SMS: 'SMS', EMAIL: 'Email', LINK: 'Link' } as const;
const identifiers = { SMS: { label: 'Mobile number', type: 'tel' }, EMAIL: { label: 'Email address', type: 'email' } } as const;

interface ChoiceProps<Channel> {
  of: readonly Channel[];
  chosen: Channel;
  onChoose: (channel: Channel) => void;
}

/** The way by which a customer is invited. */
export function ChannelChoice<Channel extends keyof typeof labels>({ of, chosen, onChoose }: ChoiceProps<Channel>) {
  const choices = of.map((channel) => [channel, labels[channel]] as const);
  return <Radios label="By" name="channel" of={choices} chosen={chosen} onChoose={onChoose} inRow />;
}

/** How the field for a number or an address is called, and what it is. */
export function identifierOf(channel: keyof typeof identifiers) {
  return identifiers[channel];
}
