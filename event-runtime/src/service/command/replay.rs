use super::words::{rate, time};
use crate::error::{Error, Result};
use crate::replay::{self, Progress, Target};
use crate::service::builder::Service;
use crate::service::output;
use crate::topology::Names;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Debug, Args)]
pub(super) struct Replay {
    /// The handler that gets the events.
    #[arg(long, required_unless_present = "resume")]
    handler: Option<String>,
    /// Only events of this time or later: 2026-11-26T08:00:00Z, 2026-11-26 (UTC), or 36h for that long ago.
    #[arg(long, value_name = "TIME", value_parser = time)]
    from: Option<Timestamp>,
    /// Only events before this time.
    #[arg(long, value_name = "TIME", value_parser = time)]
    to: Option<Timestamp>,
    /// Only this event, with or without its version: order.placed or order.placed.v1; may be repeated.
    #[arg(long = "type", value_name = "EVENT")]
    types: Vec<String>,
    /// Only events of this key.
    #[arg(long)]
    key: Option<String>,
    /// Only so many events, the oldest ones.
    #[arg(long, value_name = "EVENTS")]
    limit: Option<u64>,
    /// How many events are sent in a second (100/s) or a minute (6000/m).
    #[arg(long, default_value = "100/s", value_parser = per_second)]
    rate: u32,
    /// Only count.
    #[arg(long)]
    dry_run: bool,
    /// Run events again that the handler's inbox remembers; they get new ids.
    #[arg(long)]
    force: bool,
    /// For a handler with an order: its live events wait until the replay is done.
    #[arg(long)]
    pause_live: bool,
    /// End a replay with --pause-live that was broken off: what it has sent is handled, then the live events go on.
    #[arg(long, requires = "handler", conflicts_with_all = ["from", "to", "types", "key", "limit", "force", "dry_run", "pause_live", "resume"])]
    resume_live: bool,
    /// Go on with the replay of this id, which was broken off.
    #[arg(long, value_name = "ID", conflicts_with_all = ["handler", "from", "to", "types", "key", "limit", "force", "dry_run", "pause_live"])]
    resume: Option<String>,
    /// The file that says how far the replay is; replay-ID.json in the current directory if not given.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

/// Events per second.
fn per_second(text: &str) -> Result<u32, String> {
    let (events, per) = rate(text)?;
    let events = u64::from(events) / per.as_secs().max(1);
    match u32::try_from(events) {
        Ok(events) if events > 0 => Ok(events),
        _ => Err("a replay sends at least one event in a second: `1/s`, `60/m`".to_owned()),
    }
}

pub(super) async fn run<S, T>(service: &Service<S, T>, command: Replay, json: bool) -> Result<()> {
    if service.config.url.is_none() && service.config.transport.is_none() {
        return Err(Error::Setting(
            "the archive of a service that runs in process is gone with the process; set EVENT_URL or --url".to_owned(),
        ));
    }
    let transport = service.config.transport()?;
    let target = |handler: &str| {
        let all: Vec<_> = service.handlers.iter().map(|handler| handler.name).collect();
        let handler = &service.handlers[replay::named(handler, &all)?];
        Ok(Target {
            transport: Arc::clone(&transport),
            names: Names::new(&service.config.bus, &service.config.service),
            handler: handler.name,
            options: handler.options,
            contracts: handler.takes,
            plain: service.config.plain,
        })
    };
    let done = if command.resume_live {
        match target(command.handler.as_deref().unwrap_or_default()) {
            Ok(target) => resume_live(&target, json).await,
            Err(error) => Err(error),
        }
    } else {
        match made(command, target) {
            Ok((replay, command)) => go(replay, command, json).await,
            Err(error) => Err(error),
        }
    };
    transport.close().await;
    done
}

async fn resume_live(target: &Target, json: bool) -> Result<()> {
    let handler = target.handler;
    replay::resume_live(target, |depth| {
        output::progress(&format!("{handler} has {depth} to do first"), json);
    })
    .await?;
    output::progress(&format!("{handler}: the live events go on"), json);
    Ok(())
}

/// What is left of the command once the replay knows its part.
struct Rest {
    target: Target,
    dry_run: bool,
    file: PathBuf,
}

fn made(command: Replay, target: impl Fn(&str) -> Result<Target>) -> Result<(replay::Backfill, Rest)> {
    let file = |id: &str| {
        command
            .state
            .clone()
            .unwrap_or_else(|| PathBuf::from(format!("replay-{id}.json")))
    };
    if let Some(id) = &command.resume {
        if !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(Error::Setting(format!("`{id}` is not the id of a replay")));
        }
        let file = file(id);
        let mut found = None;
        let resumed = replay::Backfill::resume(&file, |handler| {
            let target = target(handler)?;
            found = Some(target.clone());
            Ok(target)
        })?;
        if resumed.id() != id {
            return Err(Error::Setting(format!(
                "`{}` is of the replay {}",
                file.display(),
                resumed.id()
            )));
        }
        let target = found.ok_or_else(|| Error::Setting("the file names no handler".to_owned()))?;
        let dry_run = false;
        return Ok((resumed.rate(command.rate), Rest { target, dry_run, file }));
    }
    let target = target(command.handler.as_deref().unwrap_or_default())?;
    let mut replay = replay::Backfill::new(target.clone()).rate(command.rate);
    replay.choose(replay::Choice {
        from: command.from,
        to: command.to,
        types: command.types.clone(),
        key: command.key.clone(),
        limit: command.limit,
    });
    if command.force {
        replay = replay.force();
    }
    if command.pause_live {
        replay = replay.pause_live();
    }
    let file = file(replay.id());
    let dry_run = command.dry_run;
    Ok((replay, Rest { target, dry_run, file }))
}

async fn go(mut replay: replay::Backfill, rest: Rest, json: bool) -> Result<()> {
    let handler = rest.target.handler;
    if !replay.is_resumed() {
        let spinner = ProgressBar::new_spinner().with_message("events read");
        let counted = replay.count(|read| spinner.set_position(read)).await;
        spinner.finish_and_clear();
        let counted = counted?;
        if json && rest.dry_run {
            return output::json(&counted);
        }
        if !json {
            let window = rest.target.options.idempotent.map(|idempotent| idempotent.window);
            output::counted(&counted, handler, window);
        }
        if rest.dry_run {
            return Ok(());
        }
    }
    let (id, paused) = (replay.id().to_owned(), replay.is_paused());
    if !json {
        output::line(&format!("replay {id}; how far it is stands in {}", rest.file.display()));
    }
    let bar = ProgressBar::new(0).with_message(handler);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}") {
        bar.set_style(style);
    }
    let show = |at: Progress| {
        bar.set_length(at.events);
        bar.set_position(at.sent);
        bar.set_message(match at.waits_for {
            None => handler.to_owned(),
            Some(depth) => format!("{handler} has {depth} to do first"),
        });
    };
    let done = tokio::select! {
        done = replay.state(&rest.file).run(show) => done,
        _ = tokio::signal::ctrl_c() => Err(Error::Setting("stopped".to_owned())),
    };
    bar.finish_and_clear();
    let done = done.map_err(|error| {
        let file = rest.file.display();
        if !rest.file.exists() {
            return error;
        }
        let pause = if paused {
            format!(
                "; the live events of `{handler}` wait until then, or until `replay --handler {handler} --resume-live`"
            )
        } else {
            String::new()
        };
        Error::Setting(format!(
            "{error}; `replay --resume {id} --state {file}` goes on from there{pause}"
        ))
    })?;
    tracing::warn!(handler, replay = done.id, sent = done.sent, "replayed from the archive");
    if json {
        return output::json(&done);
    }
    output::line(&format!(
        "{handler}: {} of {} events sent again",
        done.sent, done.events
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::per_second;

    #[test]
    fn at_least_one_in_a_second() {
        assert_eq!((per_second("100/s"), per_second("600/m")), (Ok(100), Ok(10)));
        for text in ["59/m", "100/h"] {
            assert!(per_second(text).is_err_and(|error| error.contains("60/m")), "{text}");
        }
    }
}
