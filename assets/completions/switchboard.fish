# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_switchboard_global_optspecs
    string join \n config= p/profile= url= token-file= log= demo seed= rate= record= redact= record-keys ascii h/help V/version
end

function __fish_switchboard_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_switchboard_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_switchboard_using_subcommand
    set -l cmd (__fish_switchboard_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c switchboard -n "__fish_switchboard_needs_command" -l config -d 'The configuration file instead of the usual one' -r -F
complete -c switchboard -n "__fish_switchboard_needs_command" -s p -l profile -d 'The profile to use' -r
complete -c switchboard -n "__fish_switchboard_needs_command" -l url -d 'The backend\'s address, instead of a profile\'s' -r
complete -c switchboard -n "__fish_switchboard_needs_command" -l token-file -d 'A private file that holds the token' -r -F
complete -c switchboard -n "__fish_switchboard_needs_command" -l log -d 'Write a log to this file; each day gets its own, with the date appended' -r -F
complete -c switchboard -n "__fish_switchboard_needs_command" -l seed -d 'The simulated customers\' seed: the same one gives the same traffic' -r
complete -c switchboard -n "__fish_switchboard_needs_command" -l rate -d 'How fast the simulated customers\' time passes; 0 is silence' -r
complete -c switchboard -n "__fish_switchboard_needs_command" -l record -d 'Write what the backend sends to this new file, for `switchboard replay`; never a token' -r -F
complete -c switchboard -n "__fish_switchboard_needs_command" -l redact -d 'Leave out of the recording what people wrote and are called, or disguise their phones' -r -f -a "texts\t'Texts and names'
phones\t'Phones'"
complete -c switchboard -n "__fish_switchboard_needs_command" -l demo -d 'Use an embedded server with simulated customers, in memory'
complete -c switchboard -n "__fish_switchboard_needs_command" -l record-keys -d 'Write the keys that are pressed as well'
complete -c switchboard -n "__fish_switchboard_needs_command" -l ascii -d 'Draw with ASCII only'
complete -c switchboard -n "__fish_switchboard_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c switchboard -n "__fish_switchboard_needs_command" -s V -l version -d 'Print version'
complete -c switchboard -n "__fish_switchboard_needs_command" -f -a "inbox" -d 'Open the inbox'
complete -c switchboard -n "__fish_switchboard_needs_command" -f -a "tail" -d 'Print what happens as it happens: a line an event'
complete -c switchboard -n "__fish_switchboard_needs_command" -f -a "list" -d 'Print the conversations'
complete -c switchboard -n "__fish_switchboard_needs_command" -f -a "show" -d 'Print the messages of a conversation'
complete -c switchboard -n "__fish_switchboard_needs_command" -f -a "replay" -d 'Play a recording: on the screen, or its verdicts as lines'
complete -c switchboard -n "__fish_switchboard_needs_command" -f -a "send" -d 'Send a text to a conversation'
complete -c switchboard -n "__fish_switchboard_needs_command" -f -a "doctor" -d 'Find out why a message did or did not appear, and what to mend'
complete -c switchboard -n "__fish_switchboard_needs_command" -f -a "trace" -d 'Print what became of a message, stage by stage'
complete -c switchboard -n "__fish_switchboard_needs_command" -f -a "login" -d 'Sign in to a backend: asks for e-mail and password, keeps the token, writes the profile'
complete -c switchboard -n "__fish_switchboard_needs_command" -f -a "serve" -d 'Run the embedded backend: webhook, REST and Socket.IO over one database'
complete -c switchboard -n "__fish_switchboard_needs_command" -f -a "keys" -d 'Print every key and what it does'
complete -c switchboard -n "__fish_switchboard_needs_command" -f -a "dialect" -d 'List, print, check or find dialects: how backends spell what an inbox needs'
complete -c switchboard -n "__fish_switchboard_needs_command" -f -a "config" -d 'Print or check the configuration'
complete -c switchboard -n "__fish_switchboard_needs_command" -f -a "completions" -d 'Print completions for a shell'
complete -c switchboard -n "__fish_switchboard_needs_command" -f -a "man" -d 'Print the man page, or write all of them into a directory'
complete -c switchboard -n "__fish_switchboard_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c switchboard -n "__fish_switchboard_using_subcommand inbox" -l seed -d 'The simulated customers\' seed: the same one gives the same traffic' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand inbox" -l rate -d 'How fast the simulated customers\' time passes; 0 is silence' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand inbox" -l record -d 'Write what the backend sends to this new file, for `switchboard replay`; never a token' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand inbox" -l redact -d 'Leave out of the recording what people wrote and are called, or disguise their phones' -r -f -a "texts\t'Texts and names'
phones\t'Phones'"
complete -c switchboard -n "__fish_switchboard_using_subcommand inbox" -l config -d 'The configuration file instead of the usual one' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand inbox" -s p -l profile -d 'The profile to use' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand inbox" -l url -d 'The backend\'s address, instead of a profile\'s' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand inbox" -l token-file -d 'A private file that holds the token' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand inbox" -l log -d 'Write a log to this file; each day gets its own, with the date appended' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand inbox" -l demo -d 'Use an embedded server with simulated customers, in memory'
complete -c switchboard -n "__fish_switchboard_using_subcommand inbox" -l record-keys -d 'Write the keys that are pressed as well'
complete -c switchboard -n "__fish_switchboard_using_subcommand inbox" -l ascii -d 'Draw with ASCII only'
complete -c switchboard -n "__fish_switchboard_using_subcommand inbox" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c switchboard -n "__fish_switchboard_using_subcommand tail" -l seed -d 'The simulated customers\' seed: the same one gives the same traffic' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand tail" -l rate -d 'How fast the simulated customers\' time passes; 0 is silence' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand tail" -l record -d 'Write what the backend sends to this new file, for `switchboard replay`; never a token' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand tail" -l redact -d 'Leave out of the recording what people wrote and are called, or disguise their phones' -r -f -a "texts\t'Texts and names'
phones\t'Phones'"
complete -c switchboard -n "__fish_switchboard_using_subcommand tail" -l count -d 'End after so many lines' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand tail" -l config -d 'The configuration file instead of the usual one' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand tail" -s p -l profile -d 'The profile to use' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand tail" -l url -d 'The backend\'s address, instead of a profile\'s' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand tail" -l token-file -d 'A private file that holds the token' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand tail" -l log -d 'Write a log to this file; each day gets its own, with the date appended' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand tail" -l demo -d 'Use an embedded server with simulated customers, in memory'
complete -c switchboard -n "__fish_switchboard_using_subcommand tail" -l json -d 'One JSON object a line, for every event, with the verdict and the rule'
complete -c switchboard -n "__fish_switchboard_using_subcommand tail" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c switchboard -n "__fish_switchboard_using_subcommand list" -l seed -d 'The simulated customers\' seed: the same one gives the same traffic' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand list" -l rate -d 'How fast the simulated customers\' time passes; 0 is silence' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand list" -l limit -d 'At most so many conversations' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand list" -l config -d 'The configuration file instead of the usual one' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand list" -s p -l profile -d 'The profile to use' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand list" -l url -d 'The backend\'s address, instead of a profile\'s' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand list" -l token-file -d 'A private file that holds the token' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand list" -l log -d 'Write a log to this file; each day gets its own, with the date appended' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand list" -l demo -d 'Use an embedded server with simulated customers, in memory'
complete -c switchboard -n "__fish_switchboard_using_subcommand list" -l unread -d 'Only those with unread messages'
complete -c switchboard -n "__fish_switchboard_using_subcommand list" -l offline -d 'What the inbox has kept, without asking the backend; how old that is stands on standard error'
complete -c switchboard -n "__fish_switchboard_using_subcommand list" -l json -d 'One JSON object a line; with --offline each says `cached` and `as_of`'
complete -c switchboard -n "__fish_switchboard_using_subcommand list" -s h -l help -d 'Print help'
complete -c switchboard -n "__fish_switchboard_using_subcommand show" -l seed -d 'The simulated customers\' seed: the same one gives the same traffic' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand show" -l rate -d 'How fast the simulated customers\' time passes; 0 is silence' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand show" -l limit -d 'At most so many messages, the newest ones' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand show" -l config -d 'The configuration file instead of the usual one' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand show" -s p -l profile -d 'The profile to use' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand show" -l url -d 'The backend\'s address, instead of a profile\'s' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand show" -l token-file -d 'A private file that holds the token' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand show" -l log -d 'Write a log to this file; each day gets its own, with the date appended' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand show" -l demo -d 'Use an embedded server with simulated customers, in memory'
complete -c switchboard -n "__fish_switchboard_using_subcommand show" -l offline -d 'What the inbox has kept, without asking the backend; how old that is stands on standard error'
complete -c switchboard -n "__fish_switchboard_using_subcommand show" -l json -d 'One JSON object a line; with --offline each says `cached` and `as_of`'
complete -c switchboard -n "__fish_switchboard_using_subcommand show" -s h -l help -d 'Print help'
complete -c switchboard -n "__fish_switchboard_using_subcommand replay" -l speed -d 'So many times as fast as it was' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand replay" -l dialect -d 'Read the frames by this dialect instead of the one that was in force' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand replay" -l config -d 'The configuration file instead of the usual one' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand replay" -s p -l profile -d 'The profile to use' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand replay" -l url -d 'The backend\'s address, instead of a profile\'s' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand replay" -l token-file -d 'A private file that holds the token' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand replay" -l log -d 'Write a log to this file; each day gets its own, with the date appended' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand replay" -l step -d 'One thing at each press of F9'
complete -c switchboard -n "__fish_switchboard_using_subcommand replay" -l headless -d 'Print the verdict of every event as a line of JSON, without a screen'
complete -c switchboard -n "__fish_switchboard_using_subcommand replay" -s h -l help -d 'Print help'
complete -c switchboard -n "__fish_switchboard_using_subcommand send" -l seed -d 'The simulated customers\' seed: the same one gives the same traffic' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand send" -l rate -d 'How fast the simulated customers\' time passes; 0 is silence' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand send" -s t -l text -d 'The text' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand send" -s f -l file -d 'Send this file; the text is its caption then' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand send" -l config -d 'The configuration file instead of the usual one' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand send" -s p -l profile -d 'The profile to use' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand send" -l url -d 'The backend\'s address, instead of a profile\'s' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand send" -l token-file -d 'A private file that holds the token' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand send" -l log -d 'Write a log to this file; each day gets its own, with the date appended' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand send" -l demo -d 'Use an embedded server with simulated customers, in memory'
complete -c switchboard -n "__fish_switchboard_using_subcommand send" -l stdin -d 'Take the text from standard input; a newline at its end is left out'
complete -c switchboard -n "__fish_switchboard_using_subcommand send" -l json -d 'Print a JSON object'
complete -c switchboard -n "__fish_switchboard_using_subcommand send" -s h -l help -d 'Print help'
complete -c switchboard -n "__fish_switchboard_using_subcommand doctor" -l seed -d 'The simulated customers\' seed: the same one gives the same traffic' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand doctor" -l rate -d 'How fast the simulated customers\' time passes; 0 is silence' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand doctor" -l wait -d 'Wait so many seconds for a message' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand doctor" -l origin -d 'Check too whether a web page of this origin may read the answers' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand doctor" -l config -d 'The configuration file instead of the usual one' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand doctor" -s p -l profile -d 'The profile to use' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand doctor" -l url -d 'The backend\'s address, instead of a profile\'s' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand doctor" -l token-file -d 'A private file that holds the token' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand doctor" -l log -d 'Write a log to this file; each day gets its own, with the date appended' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand doctor" -l demo -d 'Use an embedded server with simulated customers, in memory'
complete -c switchboard -n "__fish_switchboard_using_subcommand doctor" -l send-test -d 'Put test messages in by the webhook, as a customer who is nobody\'s'
complete -c switchboard -n "__fish_switchboard_using_subcommand doctor" -l json -d 'One JSON object'
complete -c switchboard -n "__fish_switchboard_using_subcommand doctor" -s h -l help -d 'Print help'
complete -c switchboard -n "__fish_switchboard_using_subcommand trace" -l seed -d 'The simulated customers\' seed: the same one gives the same traffic' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand trace" -l rate -d 'How fast the simulated customers\' time passes; 0 is silence' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand trace" -l config -d 'The configuration file instead of the usual one' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand trace" -s p -l profile -d 'The profile to use' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand trace" -l url -d 'The backend\'s address, instead of a profile\'s' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand trace" -l token-file -d 'A private file that holds the token' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand trace" -l log -d 'Write a log to this file; each day gets its own, with the date appended' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand trace" -l demo -d 'Use an embedded server with simulated customers, in memory'
complete -c switchboard -n "__fish_switchboard_using_subcommand trace" -l json -d 'One JSON object'
complete -c switchboard -n "__fish_switchboard_using_subcommand trace" -s h -l help -d 'Print help'
complete -c switchboard -n "__fish_switchboard_using_subcommand login" -l email -d 'The e-mail to sign in with; asked for without it' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand login" -l config -d 'The configuration file instead of the usual one' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand login" -s p -l profile -d 'The profile to use' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand login" -l url -d 'The backend\'s address, instead of a profile\'s' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand login" -l token-file -d 'A private file that holds the token' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand login" -l log -d 'Write a log to this file; each day gets its own, with the date appended' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand login" -s h -l help -d 'Print help'
complete -c switchboard -n "__fish_switchboard_using_subcommand serve" -l listen -d 'Address and port to listen on; addresses that others can reach need both secrets' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand serve" -l database -d 'Database file [default: server.db in the data directory]' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand serve" -l seed -d 'The simulated customers\' seed: the same one gives the same traffic' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand serve" -l rate -d 'How fast the simulated customers\' time passes; 0 is silence' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand serve" -l send-limit -d 'Messages an account may send in a minute; 0 is no limit' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand serve" -l token-hours -d 'Hours that a token is good for' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand serve" -l cors -d 'Web origin that may call from a browser; may be repeated, * is any' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand serve" -l public-url -d 'Address that clients reach this server under, if it is another than --listen' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand serve" -l graph-url -d 'WhatsApp Cloud API to send through' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand serve" -l graph-version -d 'WhatsApp Cloud API version' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand serve" -l admin-email -d 'E-mail of the first agent, made when the database has no account' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand serve" -l account-name -d 'Name of the first account' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand serve" -l line -d 'Business line to add: its phone number id, its number and what it is called, with commas between' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand serve" -l fault -d 'Make something go wrong on purpose; may be repeated. `--fault list` names everything that can' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand serve" -l waba -d 'WhatsApp business account that added lines belong to' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand serve" -l config -d 'The configuration file instead of the usual one' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand serve" -s p -l profile -d 'The profile to use' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand serve" -l url -d 'The backend\'s address, instead of a profile\'s' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand serve" -l token-file -d 'A private file that holds the token' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand serve" -l log -d 'Write a log to this file; each day gets its own, with the date appended' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand serve" -l memory -d 'Keep everything in memory; it is gone when the server stops'
complete -c switchboard -n "__fish_switchboard_using_subcommand serve" -l demo -d 'Simulated customers on a database in memory'
complete -c switchboard -n "__fish_switchboard_using_subcommand serve" -l simulator -d 'Simulated customers on the chosen database'
complete -c switchboard -n "__fish_switchboard_using_subcommand serve" -l lab -d 'Let faults be switched on and off while the server runs, over /api/faults'
complete -c switchboard -n "__fish_switchboard_using_subcommand serve" -s h -l help -d 'Print help'
complete -c switchboard -n "__fish_switchboard_using_subcommand keys" -l format -d 'How to print them' -r -f -a "text\t'Plain columns'
md\t'Markdown tables'
json\t'A JSON array'"
complete -c switchboard -n "__fish_switchboard_using_subcommand keys" -l config -d 'The configuration file instead of the usual one' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand keys" -s p -l profile -d 'The profile to use' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand keys" -l url -d 'The backend\'s address, instead of a profile\'s' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand keys" -l token-file -d 'A private file that holds the token' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand keys" -l log -d 'Write a log to this file; each day gets its own, with the date appended' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand keys" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and not __fish_seen_subcommand_from list show check probe schema help" -l config -d 'The configuration file instead of the usual one' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and not __fish_seen_subcommand_from list show check probe schema help" -s p -l profile -d 'The profile to use' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and not __fish_seen_subcommand_from list show check probe schema help" -l url -d 'The backend\'s address, instead of a profile\'s' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and not __fish_seen_subcommand_from list show check probe schema help" -l token-file -d 'A private file that holds the token' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and not __fish_seen_subcommand_from list show check probe schema help" -l log -d 'Write a log to this file; each day gets its own, with the date appended' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and not __fish_seen_subcommand_from list show check probe schema help" -s h -l help -d 'Print help'
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and not __fish_seen_subcommand_from list show check probe schema help" -f -a "list" -d 'Print the dialects that there are, with what each can do'
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and not __fish_seen_subcommand_from list show check probe schema help" -f -a "show" -d 'Print a dialect\'s file'
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and not __fish_seen_subcommand_from list show check probe schema help" -f -a "check" -d 'Check a dialect file: what is wrong with it, and where'
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and not __fish_seen_subcommand_from list show check probe schema help" -f -a "probe" -d 'Sign in to a backend, fetch a list and a thread, listen, and say which dialect fits best'
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and not __fish_seen_subcommand_from list show check probe schema help" -f -a "schema" -d 'Print what a dialect file may say'
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and not __fish_seen_subcommand_from list show check probe schema help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from list" -l config -d 'The configuration file instead of the usual one' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from list" -s p -l profile -d 'The profile to use' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from list" -l url -d 'The backend\'s address, instead of a profile\'s' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from list" -l token-file -d 'A private file that holds the token' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from list" -l log -d 'Write a log to this file; each day gets its own, with the date appended' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from show" -l config -d 'The configuration file instead of the usual one' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from show" -s p -l profile -d 'The profile to use' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from show" -l url -d 'The backend\'s address, instead of a profile\'s' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from show" -l token-file -d 'A private file that holds the token' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from show" -l log -d 'Write a log to this file; each day gets its own, with the date appended' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from check" -l config -d 'The configuration file instead of the usual one' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from check" -s p -l profile -d 'The profile to use' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from check" -l url -d 'The backend\'s address, instead of a profile\'s' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from check" -l token-file -d 'A private file that holds the token' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from check" -l log -d 'Write a log to this file; each day gets its own, with the date appended' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from probe" -l email -d 'Sign in with this e-mail instead of a stored token; asks for the password' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from probe" -l account -d 'The account, where lists want it named' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from probe" -l line -d 'The line, where lists want it named' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from probe" -l set -d 'A value that a dialect asks for, such as companyId=1; repeatable' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from probe" -l listen -d 'How many seconds to listen on the socket; 0 not at all' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from probe" -l config -d 'The configuration file instead of the usual one' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from probe" -s p -l profile -d 'The profile to use' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from probe" -l url -d 'The backend\'s address, instead of a profile\'s' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from probe" -l token-file -d 'A private file that holds the token' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from probe" -l log -d 'Write a log to this file; each day gets its own, with the date appended' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from probe" -s h -l help -d 'Print help'
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from schema" -l format -d 'How to print it' -r -f -a "json\t'A JSON Schema, for editors'
md\t'A page to read'"
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from schema" -l config -d 'The configuration file instead of the usual one' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from schema" -s p -l profile -d 'The profile to use' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from schema" -l url -d 'The backend\'s address, instead of a profile\'s' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from schema" -l token-file -d 'A private file that holds the token' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from schema" -l log -d 'Write a log to this file; each day gets its own, with the date appended' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from help" -f -a "list" -d 'Print the dialects that there are, with what each can do'
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from help" -f -a "show" -d 'Print a dialect\'s file'
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from help" -f -a "check" -d 'Check a dialect file: what is wrong with it, and where'
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from help" -f -a "probe" -d 'Sign in to a backend, fetch a list and a thread, listen, and say which dialect fits best'
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from help" -f -a "schema" -d 'Print what a dialect file may say'
complete -c switchboard -n "__fish_switchboard_using_subcommand dialect; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and not __fish_seen_subcommand_from path example check help" -l config -d 'The configuration file instead of the usual one' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and not __fish_seen_subcommand_from path example check help" -s p -l profile -d 'The profile to use' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and not __fish_seen_subcommand_from path example check help" -l url -d 'The backend\'s address, instead of a profile\'s' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and not __fish_seen_subcommand_from path example check help" -l token-file -d 'A private file that holds the token' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and not __fish_seen_subcommand_from path example check help" -l log -d 'Write a log to this file; each day gets its own, with the date appended' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and not __fish_seen_subcommand_from path example check help" -s h -l help -d 'Print help'
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and not __fish_seen_subcommand_from path example check help" -f -a "path" -d 'Print the name of the configuration file'
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and not __fish_seen_subcommand_from path example check help" -f -a "example" -d 'Print every key with its default and a comment'
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and not __fish_seen_subcommand_from path example check help" -f -a "check" -d 'Check the configuration file, its keys and the theme'
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and not __fish_seen_subcommand_from path example check help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and __fish_seen_subcommand_from path" -l config -d 'The configuration file instead of the usual one' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and __fish_seen_subcommand_from path" -s p -l profile -d 'The profile to use' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and __fish_seen_subcommand_from path" -l url -d 'The backend\'s address, instead of a profile\'s' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and __fish_seen_subcommand_from path" -l token-file -d 'A private file that holds the token' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and __fish_seen_subcommand_from path" -l log -d 'Write a log to this file; each day gets its own, with the date appended' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and __fish_seen_subcommand_from path" -s h -l help -d 'Print help'
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and __fish_seen_subcommand_from example" -l config -d 'The configuration file instead of the usual one' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and __fish_seen_subcommand_from example" -s p -l profile -d 'The profile to use' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and __fish_seen_subcommand_from example" -l url -d 'The backend\'s address, instead of a profile\'s' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and __fish_seen_subcommand_from example" -l token-file -d 'A private file that holds the token' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and __fish_seen_subcommand_from example" -l log -d 'Write a log to this file; each day gets its own, with the date appended' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and __fish_seen_subcommand_from example" -s h -l help -d 'Print help'
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and __fish_seen_subcommand_from check" -l config -d 'The configuration file instead of the usual one' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and __fish_seen_subcommand_from check" -s p -l profile -d 'The profile to use' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and __fish_seen_subcommand_from check" -l url -d 'The backend\'s address, instead of a profile\'s' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and __fish_seen_subcommand_from check" -l token-file -d 'A private file that holds the token' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and __fish_seen_subcommand_from check" -l log -d 'Write a log to this file; each day gets its own, with the date appended' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "path" -d 'Print the name of the configuration file'
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "example" -d 'Print every key with its default and a comment'
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "check" -d 'Check the configuration file, its keys and the theme'
complete -c switchboard -n "__fish_switchboard_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c switchboard -n "__fish_switchboard_using_subcommand completions" -l config -d 'The configuration file instead of the usual one' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand completions" -s p -l profile -d 'The profile to use' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand completions" -l url -d 'The backend\'s address, instead of a profile\'s' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand completions" -l token-file -d 'A private file that holds the token' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand completions" -l log -d 'Write a log to this file; each day gets its own, with the date appended' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand completions" -s h -l help -d 'Print help'
complete -c switchboard -n "__fish_switchboard_using_subcommand man" -l directory -d 'Write every page into this directory (each command, the configuration, the keys), instead of printing the main one' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand man" -l config -d 'The configuration file instead of the usual one' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand man" -s p -l profile -d 'The profile to use' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand man" -l url -d 'The backend\'s address, instead of a profile\'s' -r
complete -c switchboard -n "__fish_switchboard_using_subcommand man" -l token-file -d 'A private file that holds the token' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand man" -l log -d 'Write a log to this file; each day gets its own, with the date appended' -r -F
complete -c switchboard -n "__fish_switchboard_using_subcommand man" -s h -l help -d 'Print help'
complete -c switchboard -n "__fish_switchboard_using_subcommand help; and not __fish_seen_subcommand_from inbox tail list show replay send doctor trace login serve keys dialect config completions man help" -f -a "inbox" -d 'Open the inbox'
complete -c switchboard -n "__fish_switchboard_using_subcommand help; and not __fish_seen_subcommand_from inbox tail list show replay send doctor trace login serve keys dialect config completions man help" -f -a "tail" -d 'Print what happens as it happens: a line an event'
complete -c switchboard -n "__fish_switchboard_using_subcommand help; and not __fish_seen_subcommand_from inbox tail list show replay send doctor trace login serve keys dialect config completions man help" -f -a "list" -d 'Print the conversations'
complete -c switchboard -n "__fish_switchboard_using_subcommand help; and not __fish_seen_subcommand_from inbox tail list show replay send doctor trace login serve keys dialect config completions man help" -f -a "show" -d 'Print the messages of a conversation'
complete -c switchboard -n "__fish_switchboard_using_subcommand help; and not __fish_seen_subcommand_from inbox tail list show replay send doctor trace login serve keys dialect config completions man help" -f -a "replay" -d 'Play a recording: on the screen, or its verdicts as lines'
complete -c switchboard -n "__fish_switchboard_using_subcommand help; and not __fish_seen_subcommand_from inbox tail list show replay send doctor trace login serve keys dialect config completions man help" -f -a "send" -d 'Send a text to a conversation'
complete -c switchboard -n "__fish_switchboard_using_subcommand help; and not __fish_seen_subcommand_from inbox tail list show replay send doctor trace login serve keys dialect config completions man help" -f -a "doctor" -d 'Find out why a message did or did not appear, and what to mend'
complete -c switchboard -n "__fish_switchboard_using_subcommand help; and not __fish_seen_subcommand_from inbox tail list show replay send doctor trace login serve keys dialect config completions man help" -f -a "trace" -d 'Print what became of a message, stage by stage'
complete -c switchboard -n "__fish_switchboard_using_subcommand help; and not __fish_seen_subcommand_from inbox tail list show replay send doctor trace login serve keys dialect config completions man help" -f -a "login" -d 'Sign in to a backend: asks for e-mail and password, keeps the token, writes the profile'
complete -c switchboard -n "__fish_switchboard_using_subcommand help; and not __fish_seen_subcommand_from inbox tail list show replay send doctor trace login serve keys dialect config completions man help" -f -a "serve" -d 'Run the embedded backend: webhook, REST and Socket.IO over one database'
complete -c switchboard -n "__fish_switchboard_using_subcommand help; and not __fish_seen_subcommand_from inbox tail list show replay send doctor trace login serve keys dialect config completions man help" -f -a "keys" -d 'Print every key and what it does'
complete -c switchboard -n "__fish_switchboard_using_subcommand help; and not __fish_seen_subcommand_from inbox tail list show replay send doctor trace login serve keys dialect config completions man help" -f -a "dialect" -d 'List, print, check or find dialects: how backends spell what an inbox needs'
complete -c switchboard -n "__fish_switchboard_using_subcommand help; and not __fish_seen_subcommand_from inbox tail list show replay send doctor trace login serve keys dialect config completions man help" -f -a "config" -d 'Print or check the configuration'
complete -c switchboard -n "__fish_switchboard_using_subcommand help; and not __fish_seen_subcommand_from inbox tail list show replay send doctor trace login serve keys dialect config completions man help" -f -a "completions" -d 'Print completions for a shell'
complete -c switchboard -n "__fish_switchboard_using_subcommand help; and not __fish_seen_subcommand_from inbox tail list show replay send doctor trace login serve keys dialect config completions man help" -f -a "man" -d 'Print the man page, or write all of them into a directory'
complete -c switchboard -n "__fish_switchboard_using_subcommand help; and not __fish_seen_subcommand_from inbox tail list show replay send doctor trace login serve keys dialect config completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c switchboard -n "__fish_switchboard_using_subcommand help; and __fish_seen_subcommand_from dialect" -f -a "list" -d 'Print the dialects that there are, with what each can do'
complete -c switchboard -n "__fish_switchboard_using_subcommand help; and __fish_seen_subcommand_from dialect" -f -a "show" -d 'Print a dialect\'s file'
complete -c switchboard -n "__fish_switchboard_using_subcommand help; and __fish_seen_subcommand_from dialect" -f -a "check" -d 'Check a dialect file: what is wrong with it, and where'
complete -c switchboard -n "__fish_switchboard_using_subcommand help; and __fish_seen_subcommand_from dialect" -f -a "probe" -d 'Sign in to a backend, fetch a list and a thread, listen, and say which dialect fits best'
complete -c switchboard -n "__fish_switchboard_using_subcommand help; and __fish_seen_subcommand_from dialect" -f -a "schema" -d 'Print what a dialect file may say'
complete -c switchboard -n "__fish_switchboard_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "path" -d 'Print the name of the configuration file'
complete -c switchboard -n "__fish_switchboard_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "example" -d 'Print every key with its default and a comment'
complete -c switchboard -n "__fish_switchboard_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "check" -d 'Check the configuration file, its keys and the theme'
