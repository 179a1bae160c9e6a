use super::export::line;
use super::{Office, Which};
use crate::dead_letter::{DeadLetter, Groups, Select};
use crate::error::{Error, Result};
use crate::service::{letters, output};

pub(super) async fn list<S, T>(office: &Office<'_, S, T>, which: &Which) -> Result<()> {
    let mut found = Vec::new();
    let more = office.browse(which, |letter| found.push(letter)).await?;
    if office.json {
        return output::json(&found);
    }
    letters::list(&found);
    say_more(&more);
    Ok(())
}

pub(super) async fn groups<S, T>(office: &Office<'_, S, T>, which: &Which) -> Result<()> {
    let mut groups = Groups::default();
    let more = office.browse(which, |letter| groups.add(&letter)).await?;
    let groups = groups.finish();
    if office.json {
        return output::json(&groups);
    }
    letters::groups(&groups);
    say_more(&more);
    Ok(())
}

pub(super) async fn show<S, T>(office: &Office<'_, S, T>, id: &str, raw: bool) -> Result<()> {
    let (select, mut found) = (Select::ids([id]), Vec::<DeadLetter>::new());
    for handler in office.handlers(None)? {
        office
            .letters
            .browse(handler, &select, |letter| found.push(letter))
            .await?;
    }
    if found.is_empty() {
        return Err(Error::NotFound(format!(
            "no dead letter has the id `{id}`; `dlq list` shows them"
        )));
    }
    let contracts = office.contracts();
    if office.json {
        let found: Vec<_> = found.iter().map(|letter| line(letter, &contracts, raw)).collect();
        return output::json(&found);
    }
    found.iter().for_each(|letter| letters::show(letter, &contracts, raw));
    Ok(())
}

impl<S, T> Office<'_, S, T> {
    /// Looks at the dead letters that are meant; of which handlers there are more than were looked at, and how many.
    pub(super) async fn browse(
        &self,
        which: &Which,
        mut each: impl FnMut(DeadLetter),
    ) -> Result<Vec<(&'static str, u64)>> {
        let (select, mut more) = (which.select(), Vec::new());
        for handler in self.handlers(which.handler.as_deref())? {
            let browsed = self.letters.browse(handler, &select, &mut each).await?;
            if browsed.more > 0 {
                more.push((handler, browsed.more));
            }
        }
        Ok(more)
    }
}

/// Where not everything was looked at.
pub(super) fn say_more(more: &[(&str, u64)]) {
    for (handler, more) in more {
        output::line(&format!(
            "only the oldest 10,000 dead letters of `{handler}` were looked at; there are {more} more"
        ));
    }
}
